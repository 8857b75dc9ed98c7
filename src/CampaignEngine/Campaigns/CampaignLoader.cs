using System.Globalization;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Scheduling;
using CampaignEngine.Tracking;

namespace CampaignEngine.Campaigns;

/// <summary>A campaign file → <see cref="CampaignDefinition"/>, or every problem of the file in one pass. Conditions and templates are kept as written.</summary>
public sealed class CampaignLoader
{
    private readonly ProblemList _problems;

    private CampaignLoader(ProblemList problems) => _problems = problems;

    /// <param name="file">File name for messages, relative to the workspace.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="problems">Gets all problems; the result is null when one of them is an error.</param>
    public static CampaignDefinition? Load(string file, ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        var own = new ProblemList();
        CampaignDefinition? campaign = null;
        if (YamlReader.Read(file, bytes, own) is { } root)
        {
            new ShapeCheck(own).Check(root, CampaignShape.Shape);
            campaign = new CampaignLoader(own).Campaign(file, Encoding.UTF8.GetString(bytes), root);
        }

        problems.AddRange(own.Items);
        return own.HasErrors ? null : campaign;
    }

    private CampaignDefinition Campaign(string file, string yaml, YamlMapping root)
    {
        var response = root.Mapping("response");
        var cells = Cells(root);
        var drops = new DropReader(_problems).Drops(root);
        return new CampaignDefinition
        {
            File = file,
            Yaml = yaml,
            Name = root.Text("campaign") ?? "",
            Place = root.PlaceOf("campaign"),
            Title = root.Text("title"),
            Kind = root.Text("kind"),
            Purpose = root.Text("purpose") == "service" ? MessagePurpose.Service : MessagePurpose.Marketing,
            Delivery = root.Text("delivery") == "never-miss" ? DeliveryPolicy.NeverMiss : DeliveryPolicy.NeverTwice,
            Priority = root.Integer("priority") ?? 5,
            Brand = root.Text("brand"),
            Quiet = root.Hours("quiet") is { } quiet ? new DayHours(quiet.From, quiet.To) : null,
            Goal = root.Mapping("goal") is { } goal ? new Goal(goal.Percentage("response_rate"), goal.Percentage("conversion_rate")) : null,
            Budget = root.Money("budget"),
            Audience = Audience(root.Mapping("audience") ?? new YamlMapping(root.Place, [])),
            Cells = cells,
            Test = new TestReader(_problems).Test(root, cells, drops),
            Coupons = Coupons(root),
            Drops = drops,
            Response = Response(response ?? new YamlMapping(root.Place, [])),
        };
    }

    private AudienceDefinition Audience(YamlMapping audience)
    {
        var dedupe = new List<DedupeKey>();
        foreach (var key in audience.Writtens("dedupe"))
        {
            if (!Enum.TryParse<DedupeKey>(key.Text, ignoreCase: true, out var value))
            {
                continue;
            }

            if (dedupe.Contains(value))
            {
                _problems.Error(key.Place, "CE1201", $"'{key.Text}' is listed twice in 'dedupe'; keep one");
            }

            dedupe.Add(value);
        }

        var holdout = audience.Percentage("holdout") ?? default;
        if (holdout.Fraction == 1)
        {
            _problems.Error(audience.PlaceOf("holdout"), "CE1202", "a holdout of 100% leaves nobody to contact; write a smaller share");
        }

        Repeated(audience, "where");
        Repeated(audience, "exclude");
        return new AudienceDefinition
        {
            Place = audience.Place,
            From = audience.Text("from"),
            Where = [.. audience.Writtens("where")],
            Exclude = [.. audience.Writtens("exclude")],
            Dedupe = dedupe,
            Survivor = [.. audience.Writtens("survivor").Select(OrderingOf).OfType<Ordering>()],
            Limit = Limit(audience.Written("limit")),
            Holdout = holdout,
            Drift = audience.Percentage("drift") ?? new Percentage(0.20m),
            Caps = ContactCaps.Read(audience, "caps", _problems),
            Once = audience.Text("once"),
        };
    }

    private void Repeated(YamlMapping audience, string key)
    {
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var condition in audience.Writtens(key))
        {
            if (!first.TryAdd(condition.Text.Trim(), condition.Place))
            {
                _problems.Warning(condition.Place, "CE1203", $"this condition stands twice in '{key}'; the first is in line {first[condition.Text.Trim()].Line}");
            }
        }
    }

    private static ListLimit? Limit(Written? written)
    {
        if (written is null || CampaignShape.MatchLimit(written.Text) is not { Success: true } match
            || !int.TryParse(match.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }

        var by = match.Groups["by"];
        return new ListLimit(count, by.Success ? OrderingOf(written.Slice(by.Index, by.Length)) : null, written.Place);
    }

    private static Ordering? OrderingOf(Written written)
    {
        var match = CampaignShape.MatchOrdering(written.Text);
        if (!match.Success)
        {
            return null;
        }

        var expression = match.Groups["expression"];
        return new Ordering(written.Slice(expression.Index, expression.Length), match.Groups["direction"].Value == "desc");
    }

    private List<SharedCoupon> Coupons(YamlMapping root)
    {
        List<SharedCoupon> coupons = [];
        foreach (var (holder, cell) in (IEnumerable<(YamlMapping, string?)>)[(root, null), .. root.Mappings("cells").Select(c => (c, c.Text("cell")))])
        {
            if (holder.Text("coupon") is not { } written || SharedCoupon.Normalise(written) is not { Length: > 0 } code)
            {
                continue;
            }

            if (coupons.Exists(c => c.Code == code))
            {
                _problems.Error(holder.PlaceOf("coupon"), "CE1252", $"the coupon '{Shown.Text(written)}' stands twice in the campaign, so that it could not be told whose it is; give each cell a code of its own");
            }
            else if (Keycodes.TryRead(code, out _, out _))
            {
                _problems.Error(holder.PlaceOf("coupon"), "CE1252", $"the coupon '{Shown.Text(written)}' is a valid keycode and would be taken for one person's own; use another code, such as one with a 0, 1 or O in it");
            }
            else
            {
                coupons.Add(new SharedCoupon(code, cell));
            }
        }

        return coupons;
    }

    private List<CellDefinition> Cells(YamlMapping root)
    {
        var cells = new List<CellDefinition>();
        foreach (var cell in root.Mappings("cells"))
        {
            var vars = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (key, value) in cell.Mapping("vars")?.Entries ?? [])
            {
                if (value is YamlScalar scalar)
                {
                    vars[key.Text] = scalar.Text;
                }
            }

            var name = cell.Text("cell") ?? "";
            if (name.Length > 0 && cells.Find(c => c.Name == name) is { } earlier)
            {
                _problems.Error(cell.PlaceOf("cell"), "CE1204", $"two cells are named '{Shown.Text(name)}'; the first is in line {earlier.Place.Line}. Rename one");
            }

            if (name is "control" or "holdout")
            {
                _problems.Error(cell.PlaceOf("cell"), "CE1204", $"'{name}' is the name of the control cell; write 'audience.holdout' for it, or another name");
            }
            else if (name == TestDefinition.Remainder)
            {
                _problems.Error(cell.PlaceOf("cell"), "CE1204", $"'{name}' is the name of those who wait for the winner of a test; write another name");
            }

            if (cell.Percentage("share") is { Fraction: 0 })
            {
                _problems.Error(cell.PlaceOf("share"), "CE1205", "a cell with a share of 0% gets nobody; remove it or give it a share");
            }

            cells.Add(new CellDefinition(name, cell.Percentage("share") ?? default, vars, cell.Place));
        }

        CheckShares(root, cells);
        CheckVariables(cells);
        return cells;
    }

    private void CheckShares(YamlMapping root, List<CellDefinition> cells)
    {
        var sum = cells.Sum(c => c.Share.Fraction);
        if (cells.Count == 0 || sum == 1 || root.Mappings("cells").Any(c => c.Percentage("share") is null))
        {
            return;
        }

        var rest = 1 - cells.SkipLast(1).Sum(c => c.Share.Fraction);
        _problems.Error(root.PlaceOf("cells"), "CE1206",
            $"the shares of the cells sum to {new Percentage(sum)}, not 100%"
            + (rest is > 0 and <= 1 ? $"; write for example 'share: {new Percentage(rest)}' for '{Shown.Text(cells[^1].Name)}'" : ""));
    }

    // A template sees the variables of whichever cell its reader is in: one that is missing in a cell would break that cell's messages.
    private void CheckVariables(List<CellDefinition> cells)
    {
        foreach (var name in cells.SelectMany(c => c.Vars.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            foreach (var cell in cells.Where(c => !c.Vars.ContainsKey(name)))
            {
                _problems.Error(cell.Place, "CE1207", $"the cell '{Shown.Text(cell.Name)}' lacks the variable '{Shown.Text(name)}' that another cell has; add it under 'vars' ('{Shown.Text(name)}: \"\"' when it is empty)");
            }
        }
    }

    private ResponseDefinition Response(YamlMapping response)
    {
        var counts = response.Writtens("counts").Select(c => c.Text).ToList();
        if (counts.Contains("conversion") && response["conversion"] is null)
        {
            _problems.Error(response.PlaceOf("counts"), "CE1208", "'counts' names conversion, but no 'conversion' says what one is; write for example 'conversion: orders where kind = \"sale\"'");
        }

        var read = new ResponseDefinition
        {
            Place = response.Place,
            Window = response.Duration("window") ?? new CalendarDuration(14, DurationUnit.Day),
            Conversion = response.Written("conversion"),
            Margin = response.Percentage("margin"),
            Attribution = response.Text("attribution") ?? "last-touch",
        };
        return counts.Count == 0 ? read : read with { Counts = counts };
    }
}

using CampaignEngine.Authoring;

namespace CampaignEngine.Campaigns;

/// <summary>Reads the drops of a campaign and checks how they hang together.</summary>
internal sealed class DropReader(ProblemList problems)
{
    public IReadOnlyList<DropDefinition> Drops(YamlMapping root)
    {
        var drops = new List<DropDefinition>();
        foreach (var drop in root.Mappings("drops"))
        {
            var read = Drop(drop);
            if (read.Name.Length > 0 && drops.Find(d => d.Name == read.Name) is { } earlier)
            {
                problems.Error(drop.PlaceOf("drop"), "CE1211", $"two drops are named '{Shown.Text(read.Name)}'; the first is in line {earlier.Place.Line}. Rename one");
            }

            drops.Add(read);
        }

        CheckOrder(root, drops);
        CheckCost(root, drops);
        return drops;
    }

    private DropDefinition Drop(YamlMapping drop)
    {
        var channel = drop.Text("channel") ?? "";
        if (channel == "email" && drop["subject"] is null)
        {
            problems.Error(drop.Place, "CE1212", $"the e-mail drop '{Shown.Text(drop.Text("drop") ?? "")}' has no subject; add 'subject: ...'");
        }
        else if (channel is "sms" or "print" or "call" && drop["subject"] is not null)
        {
            problems.Error(drop.PlaceOf("subject"), "CE1212", $"messages on the channel {channel} have no subject; remove it");
        }

        if (channel is "sms" or "print" or "call" && drop["preheader"] is not null)
        {
            problems.Error(drop.PlaceOf("preheader"), "CE1212", $"messages on the channel {channel} have no preheader; remove it");
        }

        if (channel != "sms" && drop["look_alikes"] is not null)
        {
            problems.Error(drop.PlaceOf("look_alikes"), "CE1222", $"'look_alikes' is about the encoding of SMS; remove it from the {channel} drop");
        }

        return new DropDefinition
        {
            Name = drop.Text("drop") ?? "",
            Place = drop.Place,
            Channel = channel,
            Template = drop.Written("template") ?? new Written("", drop.Place),
            Subject = drop.Written("subject"),
            Preheader = drop.Written("preheader"),
            Schedule = Schedule(drop),
            Only = drop.Written("only"),
            LookAlikes = drop.Boolean("look_alikes"),
            UnitCost = drop.Money("unit_cost"),
            Sender = drop.Text("sender"),
        };
    }

    private ScheduleDefinition Schedule(YamlMapping drop)
    {
        if (drop.Scalar("schedule") is { } at)
        {
            return new ScheduleDefinition { Place = at.Place, Now = at.Text == "now", At = LocalTime(at.Text) };
        }

        if (drop.Mapping("schedule") is not { } schedule)
        {
            return new ScheduleDefinition { Place = drop.Place };
        }

        string[] kinds = ["at", "after", "cron"];
        var written = kinds.Where(k => schedule[k] is not null).ToList();
        if (written.Count != 1)
        {
            problems.Error(schedule.Place, "CE1213", written.Count == 0
                ? "the schedule has none of 'at', 'after' and 'cron'; write one of them, for example 'at: 2026-03-10 09:00'"
                : $"the schedule has {string.Join(" and ", written.Select(k => $"'{k}'"))}; keep one of them");
        }

        if (schedule["after"] is not null && schedule["delay"] is null)
        {
            problems.Error(schedule.PlaceOf("after"), "CE1214", "'after' needs a 'delay'; write for example 'delay: 3 days'");
        }
        else if (schedule["delay"] is { } delay && schedule["after"] is null)
        {
            problems.Error(delay.Place, "CE1214", "'delay' needs the drop it follows; write for example 'after: announce', or remove the delay");
        }

        var read = new ScheduleDefinition
        {
            Place = schedule.Place,
            At = LocalTime(schedule.Text("at")),
            Now = schedule.Text("at") == "now",
            Zone = schedule.Text("zone"),
            After = schedule.Text("after"),
            Delay = schedule.Duration("delay"),
            Cron = schedule.Text("cron"),
            Until = schedule.Days("until") is [var last] ? last : null,
            Except = schedule.Days("except"),
            Late = schedule.Text("late") switch { "skip" => LatePolicy.Skip, "ask" => LatePolicy.Ask, _ => LatePolicy.Send },
            LateAfter = schedule.Duration("late_after") ?? new CalendarDuration(1, DurationUnit.Hour),
            Between = schedule.Hours("between"),
            ExpiresAfter = schedule.Duration("expires_after"),
        };
        CheckZone(schedule, read);
        CheckRecurring(schedule, read);
        return read;
    }

    private void CheckRecurring(YamlMapping schedule, ScheduleDefinition read)
    {
        foreach (var key in (string[])["until", "except"])
        {
            if (schedule[key] is { } node && read.Cron is null)
            {
                problems.Error(node.Place, "CE1221", $"'{key}' belongs to a recurring drop; remove it, or write 'cron' instead of one date");
            }
        }

        foreach (var key in (string[])["late", "late_after"])
        {
            if (schedule[key] is { } node && read is { Cron: null, After: null })
            {
                problems.Error(node.Place, "CE1222", $"'{key}' belongs to drops that recur or follow another; the list of this one is frozen at its launch: write 'expires_after' to bound how late it may leave");
            }
        }

        if (schedule["late_after"] is { } tolerance && read.Late == LatePolicy.Send && read is not { Cron: null, After: null })
        {
            problems.Error(tolerance.Place, "CE1223", "'late_after' changes nothing while late due times are sent; write 'late: skip' or 'late: ask', or remove it");
        }

        if (read.Cron is { } cron && Scheduling.RecurringTimes.NeverDue(read))
        {
            problems.Error(schedule.PlaceOf("until"), "CE1224", $"'{Shown.Text(cron)}' has no due time left by 'until' and 'except'; check the days");
        }
    }

    private void CheckZone(YamlMapping schedule, ScheduleDefinition read)
    {
        if (read is { Cron: not null, Zone: "recipient" })
        {
            problems.Error(schedule.PlaceOf("zone"), "CE1215", "a recurring drop falls due at one moment for everybody; write an IANA zone, for example 'Europe/Berlin'");
        }

        if (read.ExpiresAfter is { Count: 0 })
        {
            problems.Error(schedule.PlaceOf("expires_after"), "CE1216", "a drop that expires at once sends nothing; write a longer duration");
        }

        if (read is not { At: { } at, Zone: { } name } || name == "recipient" || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return;
        }

        if (zone.IsInvalidTime(at))
        {
            problems.Error(schedule.PlaceOf("at"), "CE1217", $"{at:yyyy-MM-dd HH:mm} does not exist in {name}: clocks skip it that day; choose another time");
        }
        else if (zone.IsAmbiguousTime(at))
        {
            problems.Warning(schedule.PlaceOf("at"), "CE1217", $"{at:yyyy-MM-dd HH:mm} happens twice in {name} that day; choose another time if that matters");
        }
    }

    private void CheckOrder(YamlMapping root, List<DropDefinition> drops)
    {
        var places = root.Mappings("drops").Select(d => d.Mapping("schedule")?.PlaceOf("after") ?? d.Place).ToList();
        for (var i = 0; i < drops.Count; i++)
        {
            if (drops[i].Schedule.After is not { } after)
            {
                continue;
            }

            if (drops.Find(d => d.Name == after) is not { } leader)
            {
                problems.Error(places[i], "CE1218", $"'after' names '{Shown.Text(after)}', which is no drop of this campaign{Suggestion.For(after, drops.Select(d => d.Name))}");
            }
            else if (leader.Schedule.Cron is not null)
            {
                problems.Error(places[i], "CE1219", $"'{Shown.Text(after)}' recurs, so there is no one moment to follow; give this drop a schedule of its own");
            }
            else if (Circle(drops, drops[i]) is { } circle && circle[0] == drops[i].Name)
            {
                problems.Error(places[i], "CE1220", $"these drops wait for each other: {string.Join(" after ", circle)}; give one of them 'at'");
            }
        }
    }

    // Each circle is reported once, at its first drop by file order.
    private static List<string>? Circle(List<DropDefinition> drops, DropDefinition start)
    {
        var path = new List<string> { start.Name };
        for (var next = start.Schedule.After; next is not null; next = drops.Find(d => d.Name == next)?.Schedule.After)
        {
            path.Add(next);
            if (next == start.Name)
            {
                var first = drops.First(d => path.Contains(d.Name)).Name;
                return first == start.Name ? path : null;
            }

            if (path.Count > drops.Count + 1)
            {
                return null;
            }
        }

        return null;
    }

    private void CheckCost(YamlMapping root, List<DropDefinition> drops)
    {
        var written = root.Mappings("drops").ToList();
        var currency = root.Money("budget")?.Currency;
        for (var i = 0; i < drops.Count; i++)
        {
            currency ??= drops[i].UnitCost?.Currency;
            if (drops[i].UnitCost is { } cost && cost.Currency != currency)
            {
                problems.Error(written[i].PlaceOf("unit_cost"), "CE1221", $"the cost is in {cost.Currency} and the rest of the campaign in {currency}; write all in one currency");
            }
        }
    }

    private static DateTime? LocalTime(string? text) => Quantity.TryLocalTime(text, out var at) is null ? at : null;
}

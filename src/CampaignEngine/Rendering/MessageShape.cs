using System.Collections.Immutable;
using CampaignEngine.Customers;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>
/// What templates see: <c>customer</c> with its fields and relations, its to-many relations also by their own name, <c>cell</c>, the cell's
/// variables (also under <c>vars</c>), <c>campaign</c>, <c>drop</c>, <c>sender</c>, <c>language</c>, <c>keycode</c> and the addresses of the person's own pages.
/// </summary>
public sealed class MessageShape
{
    /// <summary>Object that holds the tracked links of a rewritten template.</summary>
    internal const string Tracked = "tracked_links";

    internal const string UnsubscribeName = "unsubscribe_url";
    internal const string PreferencesName = "preferences_url";
    internal const string ViewOnlineName = "view_online_url";
    internal const string OptInName = "opt_in_url";
    internal const string KeycodeName = "keycode";

    // The person's orders, their lines: two lists. A third would read rows by the thousand for one message.
    private const int DeepestList = 2;

    private MessageShape(Shape shape, IReadOnlyList<FieldSlot> fields, IReadOnlyList<ListSlot> lists) => (Shape, Fields, Lists) = (shape, fields, lists);

    public Shape Shape { get; }

    /// <summary>Every word of the templates' code.</summary>
    internal IReadOnlySet<string> Words { get; private init; } = new HashSet<string>();

    /// <summary>Values of the person, also through to-one relations.</summary>
    internal IReadOnlyList<FieldSlot> Fields { get; }

    /// <summary>Rows that belong to the person.</summary>
    internal IReadOnlyList<ListSlot> Lists { get; }

    /// <summary>The whole of what templates may name: for checking.</summary>
    /// <param name="more">Values that "cell", "drop", "campaign" or a variable has in other campaigns with the same template; null: not known, so comparisons are not checked.</param>
    public static MessageShape Of(CustomerModel model, MailingContent content, Func<string, IReadOnlyList<string>>? more = null) => Build(model, content, static _ => true, tracked: false, more: more);

    /// <summary>Only what these templates can name: for rendering, so that nothing is read in vain.</summary>
    internal static MessageShape Used(CustomerModel model, MailingContent content)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in content.Partials.Values.Concat([content.Subject ?? "", content.Preheader ?? "", content.Html ?? "", content.Text ?? ""]))
        {
            TemplateScan.Words(text, words);
        }

        return Build(model, content, words.Contains, tracked: true, words);
    }

    private static MessageShape Build(CustomerModel model, MailingContent content, Func<string, bool> used, bool tracked, IReadOnlySet<string>? words = null, Func<string, IReadOnlyList<string>>? more = null)
    {
        IReadOnlyList<string>? Values(string name, IEnumerable<string> own) => more is null ? null : [.. own.Concat(more(name)).Distinct(StringComparer.Ordinal)];

        var fields = new List<FieldSlot>();
        var lists = new List<ListSlot>();
        var people = model.People;
        var customer = new List<ShapeMember>();
        foreach (var field in people.Fields.Values.Where(f => used(f.Name)))
        {
            customer.Add(Member(field));
            fields.Add(new FieldSlot($"customer.{field.Name}", field.Name, field));
        }

        var top = new List<ShapeMember>();
        foreach (var relation in people.Relations.Values.Where(r => used(r.Name)))
        {
            if (relation.Many)
            {
                var list = RowsOf(model, relation, used, [people.Name], out var shape);
                customer.Add(new ShapeMember(relation.Name, ShapeType.List(shape)));
                lists.Add(list with { Path = $"customer.{relation.Name}" });
                if (!Reserved.Contains(relation.Name))
                {
                    top.Add(new ShapeMember(relation.Name, ShapeType.List(shape)));
                    lists.Add(list);
                }
            }
            else
            {
                customer.Add(OneRow(model, relation, used, fields, "customer."));
            }
        }

        // A cell's variables go before the engine's own names, so that a new one never changes what a campaign says.
        var vars = content.CellVars.Values.SelectMany(v => v.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(v => Variable(v, content, Values)).ToList();
        List<ShapeMember> members = [new("customer", ShapeType.Object(new Shape("customer", customer))), .. top];
        members.AddRange(vars.Where(v => !Reserved.Contains(v.Name) && top.TrueForAll(m => m.Name != v.Name)));
        members.AddRange(Own(content, vars, Values).Where(m => members.TrueForAll(known => known.Name != m.Name)));
        if (tracked)
        {
            var links = content.Links.Select((_, i) => new ShapeMember(LinkMember(i + 1), ShapeType.Text)).Append(new ShapeMember("pixel", ShapeType.Text));
            members.Add(new ShapeMember(Tracked, ShapeType.Object(new Shape(Tracked, [.. links]))));
        }

        return new MessageShape(new Shape("message", members), fields, lists) { Words = words ?? new HashSet<string>() };
    }

    private static IEnumerable<ShapeMember> Own(MailingContent content, IReadOnlyList<ShapeMember> vars, Func<string, IEnumerable<string>, IReadOnlyList<string>?> values)
    {
        yield return new("cell", ShapeType.Text, Nullable: content.CellVars.Count == 0, Values: values("cell", content.CellVars.Keys.Order(StringComparer.Ordinal)));
        yield return new("vars", ShapeType.Object(new Shape("vars", vars)));
        yield return new("campaign", ShapeType.Object(new Shape("campaign", [new("name", ShapeType.Text, Values: values("campaign", [content.Campaign])), new("title", ShapeType.Text)])));
        yield return new("drop", ShapeType.Text, Values: values("drop", [content.Drop]));
        yield return new("sender", ShapeType.Object(new Shape("sender", [new("name", ShapeType.Text), new("postal_address", ShapeType.Text, Nullable: content.PostalAddress is null)])));
        yield return new("language", ShapeType.Text);
        yield return new(KeycodeName, ShapeType.Text);
        yield return new(PreferencesName, ShapeType.Text);
        yield return new(ViewOnlineName, ShapeType.Text);
        yield return new(OptInName, ShapeType.Text);
        if (content.Marketing)
        {
            yield return new(UnsubscribeName, ShapeType.Text);
        }
    }

    private static ShapeMember Variable(string name, MailingContent content, Func<string, IEnumerable<string>, IReadOnlyList<string>?> values) => new(
        name, ShapeType.Text, Nullable: content.CellVars.Values.Any(v => !v.ContainsKey(name)),
        Values: values(name, content.CellVars.Values.Select(v => v.GetValueOrDefault(name)).OfType<string>()));

    /// <summary>Rows of a relation to many, with what each of them leads to: one row, or many again one level down. It never leads back to where it came from.</summary>
    private static ListSlot RowsOf(CustomerModel model, Relation relation, Func<string, bool> used, ImmutableHashSet<string> from, out Shape shape)
    {
        var target = model.Entities[relation.Target];
        var members = new List<ShapeMember>();
        var fields = new List<FieldSlot>();
        var lists = new List<ListSlot>();
        foreach (var field in target.Fields.Values.Where(f => used(f.Name)))
        {
            members.Add(Member(field));
            fields.Add(new FieldSlot(field.Name, field.Name, field));
        }

        var seen = from.Add(target.Name);
        foreach (var next in target.Relations.Values.Where(r => used(r.Name) && !seen.Contains(r.Target) && target.Fields.Values.All(f => f.Name != r.Name)))
        {
            if (!next.Many)
            {
                members.Add(OneRow(model, next, used, fields, ""));
            }
            else if (from.Count < DeepestList)
            {
                lists.Add(RowsOf(model, next, used, seen, out var inner));
                members.Add(new ShapeMember(next.Name, ShapeType.List(inner)));
            }
        }

        shape = new Shape(target.Name, members);
        return new ListSlot(relation.Name, relation, fields, lists);
    }

    private static ShapeMember OneRow(CustomerModel model, Relation relation, Func<string, bool> used, List<FieldSlot> fields, string path)
    {
        var members = model.Entities[relation.Target].Fields.Values.Where(f => used(f.Name)).ToList();
        fields.AddRange(members.Select(f => new FieldSlot($"{path}{relation.Name}.{f.Name}", $"{relation.Name}.{f.Name}", f)));
        return new ShapeMember(relation.Name, ShapeType.Object(new Shape(relation.Name, [.. members.Select(Member)])), Nullable: true);
    }

    internal static string LinkMember(int linkNo) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"l{linkNo}");

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "customer", "cell", "vars", "campaign", "drop", "sender", "unsubscribe_url", "link", Tracked,
        // Objects of the language that a list or variable must not hide.
        "string", "date", "math", "array", "html", "regex", "object", "timespan", "include", "raw", "empty", "blank", "for", "if", "this",
    };

    private static ShapeMember Member(Field field) => new(field.Name, field.Type switch
    {
        FieldType.Integer => ShapeType.Integer,
        FieldType.Number or FieldType.Money => ShapeType.Number,
        FieldType.Boolean => ShapeType.Boolean,
        FieldType.Date => ShapeType.Date,
        FieldType.Time => ShapeType.Time,
        FieldType.TextList => ShapeType.List(ShapeType.Text),
        _ => ShapeType.Text,
    }, field.Nullable, field.Description);

    /// <param name="Path">Path of the slot, from the message or from the row of a list.</param>
    /// <param name="Expression">The value in the condition language.</param>
    internal sealed record FieldSlot(string Path, string Expression, Field Field);

    /// <param name="Lists">Lists in each of its rows; their paths begin at the row.</param>
    internal sealed record ListSlot(string Path, Relation Relation, IReadOnlyList<FieldSlot> Fields, IReadOnlyList<ListSlot> Lists);
}

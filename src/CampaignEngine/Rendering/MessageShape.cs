using CampaignEngine.Customers;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>
/// What templates see: <c>customer</c> with its fields and relations, its to-many relations also by their own name, <c>cell</c>, the cell's
/// variables (also under <c>vars</c>), <c>campaign</c>, <c>drop</c>, <c>sender</c> and <c>unsubscribe_url</c>.
/// </summary>
public sealed class MessageShape
{
    /// <summary>Object that holds the tracked links of a rewritten template.</summary>
    internal const string Tracked = "tracked_links";

    private MessageShape(Shape shape, IReadOnlyList<FieldSlot> fields, IReadOnlyList<ListSlot> lists) => (Shape, Fields, Lists) = (shape, fields, lists);

    public Shape Shape { get; }

    /// <summary>Values of the person, also through to-one relations.</summary>
    internal IReadOnlyList<FieldSlot> Fields { get; }

    /// <summary>Rows that belong to the person.</summary>
    internal IReadOnlyList<ListSlot> Lists { get; }

    /// <summary>The whole of what templates may name: for checking.</summary>
    public static MessageShape Of(CustomerModel model, MailingContent content) => Build(model, content, static _ => true, tracked: false);

    /// <summary>Only what these templates can name: for rendering, so that nothing is read in vain.</summary>
    internal static MessageShape Used(CustomerModel model, MailingContent content)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in content.Partials.Values.Concat([content.Subject ?? "", content.Html ?? "", content.Text ?? ""]))
        {
            TemplateScan.Words(text, words);
        }

        return Build(model, content, words.Contains, tracked: true);
    }

    private static MessageShape Build(CustomerModel model, MailingContent content, Func<string, bool> used, bool tracked)
    {
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
            var target = model.Entities[relation.Target];
            var members = target.Fields.Values.Where(f => used(f.Name)).ToList();
            var shape = new Shape(relation.Many ? target.Name : relation.Name, [.. members.Select(Member)]);
            if (relation.Many)
            {
                customer.Add(new ShapeMember(relation.Name, ShapeType.List(shape)));
                lists.Add(new ListSlot($"customer.{relation.Name}", relation, members));
                if (!Reserved.Contains(relation.Name))
                {
                    top.Add(new ShapeMember(relation.Name, ShapeType.List(shape)));
                    lists.Add(new ListSlot(relation.Name, relation, members));
                }
            }
            else
            {
                customer.Add(new ShapeMember(relation.Name, ShapeType.Object(shape), Nullable: true));
                fields.AddRange(members.Select(f => new FieldSlot($"customer.{relation.Name}.{f.Name}", $"{relation.Name}.{f.Name}", f)));
            }
        }

        var vars = content.CellVars.Values.SelectMany(v => v.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var nullable = content.CellVars.Values.Any(v => v.Count < vars.Count);
        List<ShapeMember> members2 =
        [
            new("customer", ShapeType.Object(new Shape("customer", customer))),
            .. top,
            new("cell", ShapeType.Text, Nullable: content.CellVars.Count == 0),
            new("vars", ShapeType.Object(new Shape("vars", [.. vars.Select(v => new ShapeMember(v, ShapeType.Text, nullable))]))),
            .. vars.Where(v => !Reserved.Contains(v) && top.TrueForAll(m => m.Name != v)).Select(v => new ShapeMember(v, ShapeType.Text, nullable)),
            new("campaign", ShapeType.Object(new Shape("campaign", [new("name", ShapeType.Text), new("title", ShapeType.Text)]))),
            new("drop", ShapeType.Text),
            new("sender", ShapeType.Object(new Shape("sender", [new("name", ShapeType.Text), new("postal_address", ShapeType.Text, Nullable: content.PostalAddress is null)]))),
        ];
        if (content.Marketing)
        {
            members2.Add(new ShapeMember("unsubscribe_url", ShapeType.Text));
        }

        if (tracked)
        {
            var links = content.Links.Select((_, i) => new ShapeMember(LinkMember(i + 1), ShapeType.Text)).Append(new ShapeMember("pixel", ShapeType.Text));
            members2.Add(new ShapeMember(Tracked, ShapeType.Object(new Shape(Tracked, [.. links]))));
        }

        return new MessageShape(new Shape("message", members2), fields, lists);
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

    /// <param name="Path">Path of the slot.</param>
    /// <param name="Expression">The value in the condition language.</param>
    internal sealed record FieldSlot(string Path, string Expression, Field Field);

    internal sealed record ListSlot(string Path, Relation Relation, IReadOnlyList<Field> Fields);
}

using CampaignEngine.Authoring;

namespace CampaignEngine.Customers;

/// <summary>model.yaml → <see cref="CustomerModel"/>, or every problem of the file in one pass.</summary>
public sealed class ModelLoader
{
    private readonly string _file;
    private readonly ProblemList _problems;

    // Fields whose own definition is at fault: naming them elsewhere is not reported again.
    private readonly HashSet<(string Entity, string Field)> _broken = [];

    private ModelLoader(string file, ProblemList problems) => (_file, _problems) = (file, problems);

    /// <param name="file">File name for messages, relative to the workspace.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="problems">Gets all problems; the result is null when one of them is an error.</param>
    public static CustomerModel? Load(string file, ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        var own = new ProblemList();
        CustomerModel? model = null;
        if (YamlReader.Read(file, bytes, own) is { } root)
        {
            new ShapeCheck(own).Check(root, ModelShape.Shape);
            model = new ModelLoader(file, own).Model(root);
        }

        problems.AddRange(own.Items);
        return own.HasErrors ? null : model;
    }

    private CustomerModel? Model(YamlMapping root)
    {
        // Fields first, relations second: a relation names fields of two entities in either order.
        var written = new Dictionary<string, YamlMapping>(StringComparer.Ordinal);
        var fields = new Dictionary<string, IReadOnlyDictionary<string, Field>>(StringComparer.Ordinal);
        foreach (var (key, value) in root.Mapping("entities")?.Entries ?? [])
        {
            if (value is YamlMapping entity)
            {
                written[key.Text] = entity;
                fields[key.Text] = Fields(key.Text, entity);
            }
        }

        var people = root.Text("people") ?? "customers";
        if (!written.ContainsKey(people))
        {
            _problems.Error(root.PlaceOf("people"), "CE2001", $"'people' names '{Shown.Text(people)}', which is no entity of this file{Suggestion.For(people, written.Keys)}");
        }

        var entities = new Dictionary<string, Entity>(StringComparer.Ordinal);
        foreach (var (name, entity) in written)
        {
            if (Entity(name, entity, name == people, fields) is { } read)
            {
                entities[name] = read;
            }
        }

        return entities.TryGetValue(people, out var peopleEntity)
            ? new CustomerModel { File = _file, Entities = entities, People = peopleEntity, Rfm = Rfm(root, peopleEntity, entities) }
            : null;
    }

    private Dictionary<string, Field> Fields(string entityName, YamlMapping entity)
    {
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        foreach (var (key, value) in entity.Mapping("fields")?.Entries ?? [])
        {
            var name = key.Text;
            if (ModelShape.Reserved.Contains(name))
            {
                _problems.Error(key.Place, "CE2002", $"the field '{name}' has the name of a word of the condition language; write '{name}_: {{ column: {name}, ... }}' or another name");
            }

            var form = value as YamlMapping;
            var type = (value as YamlScalar)?.Text ?? form?.Text("type") ?? "";
            if (!ModelShape.Types.TryGetValue(type.TrimEnd('?'), out var fieldType))
            {
                _broken.Add((entityName, name)); // the shape check has reported it
                continue;
            }

            if (form?["is"] is not null && (form["column"] ?? form["json"]) is { } stored)
            {
                _problems.Error(stored.Place, "CE2003", $"the field '{name}' is computed by 'is' and cannot have a column as well; keep one");
            }

            if (form?["json"] is { } json && form["column"] is null)
            {
                _problems.Error(json.Place, "CE2004", $"the field '{name}' names a key inside a jsonb column but not the column; add 'column: attributes'");
            }

            fields[name] = new Field
            {
                Name = name,
                Column = form?.Text("column") ?? name,
                Type = fieldType,
                Nullable = type.EndsWith('?'),
                JsonKey = form?.Text("json"),
                Is = form?.Written("is"),
                Description = form?.Text("description"),
            };
        }

        return fields;
    }

    private Entity? Entity(string name, YamlMapping entity, bool people, Dictionary<string, IReadOnlyDictionary<string, Field>> all)
    {
        var fields = all[name];
        var key = FieldOf(entity, "key", name, fields);
        var label = FieldOf(entity, "label", name, fields) ?? key;
        if (key is { } k && (k.Nullable || k.Is is not null || k.JsonKey is not null))
        {
            _problems.Error(entity.PlaceOf("key"), "CE2005", $"the key '{k.Name}' of {name} must be an ordinary column that is never null");
        }

        var relations = Relations(name, entity, all);
        var contacts = new Dictionary<string, ContactPoint>(StringComparer.Ordinal);
        foreach (var (channel, value) in entity.Mapping("contacts")?.Entries ?? [])
        {
            if (value is YamlMapping contact && ModelShape.Channels.Contains(channel.Text) && Contact(channel.Text, contact, name, fields) is { } point)
            {
                contacts[channel.Text] = point;
            }
        }

        if (contacts.Count > 0 && !people)
        {
            _problems.Error(entity.PlaceOf("contacts"), "CE2006", $"only the people entity has contact points, and {name} is not it; move them, or write 'people: {name}'");
        }

        if (key is null || entity.Text("table") is not { Length: > 0 } table)
        {
            return null;
        }

        var dot = table.IndexOf('.', StringComparison.Ordinal);
        return new Entity
        {
            Name = name,
            Table = dot < 0 ? new SqlName("public", table) : new SqlName(table[..dot], table[(dot + 1)..]),
            Key = key,
            Label = label!,
            Fields = fields,
            Relations = relations,
            Contacts = contacts,
            Cost = entity.Written("cost"),
            Coupon = StoredText(entity, "coupon", name, fields),
            Household = FieldOf(entity, "household", name, fields),
            TimeZone = TextOf(entity, "time_zone", name, fields),
            Language = TextOf(entity, "language", name, fields),
            Country = TextOf(entity, "country", name, fields),
            List = TextOf(entity, "list", name, fields),
        };
    }

    private Dictionary<string, Relation> Relations(string name, YamlMapping entity, Dictionary<string, IReadOnlyDictionary<string, Field>> all)
    {
        var relations = new Dictionary<string, Relation>(StringComparer.Ordinal);
        foreach (var (key, value) in entity.Mapping("relations")?.Entries ?? [])
        {
            if (value is not YamlMapping relation)
            {
                continue;
            }

            if (all[name].ContainsKey(key.Text) || ModelShape.Reserved.Contains(key.Text))
            {
                _problems.Error(key.Place, "CE2002", $"the relation '{key.Text}' has the name of a field or of a word of the condition language; give it another name");
            }

            if ((relation["many"] is null) == (relation["one"] is null))
            {
                _problems.Error(relation.Place, "CE2007", $"the relation '{Shown.Text(key.Text)}' needs exactly one of 'many' and 'one', each with the name of an entity");
                continue;
            }

            var (kind, many) = relation["many"] is null ? ("one", false) : ("many", true);
            if (relation.Text(kind) is not { } target)
            {
                continue;
            }

            if (!all.TryGetValue(target, out var targetFields))
            {
                _problems.Error(relation.PlaceOf(kind), "CE2001", $"'{Shown.Text(target)}' is no entity of this file{Suggestion.For(target, all.Keys)}");
                continue;
            }

            var from = FieldOf(relation, "from", name, all[name]);
            var to = FieldOf(relation, "to", target, targetFields);
            if (from is null || to is null)
            {
                continue;
            }

            if (from.Type != to.Type)
            {
                _problems.Error(relation.PlaceOf("to"), "CE2008",
                    $"{name}.{from.Name} is {Word(from.Type)} and {target}.{to.Name} is {Word(to.Type)}; a relation needs equal types");
            }

            if (from.Is is not null || to.Is is not null)
            {
                _problems.Error(relation.PlaceOf(from.Is is not null ? "from" : "to"), "CE2008", "a relation stands on columns, not on computed fields");
            }

            relations[key.Text] = new Relation { Name = key.Text, Target = target, Many = many, From = from, To = to };
        }

        return relations;
    }

    private ContactPoint? Contact(string channel, YamlMapping contact, string entity, IReadOnlyDictionary<string, Field> fields)
    {
        var address = TextOf(contact, "address", entity, fields);
        var more = contact.Writtens("more").Select(w => Find(w, entity, fields)).OfType<Field>().ToList();
        var consent = FieldOf(contact, "consent", entity, fields);
        if (consent is not null && consent.Type is not (FieldType.Text or FieldType.Boolean))
        {
            _problems.Error(contact.PlaceOf("consent"), "CE2009", $"the consent field '{consent.Name}' is {Word(consent.Type)}; it must be boolean, or text with granted, withdrawn or unknown");
        }

        if (contact["consent"] is null && contact.Text("policy") is not "opt-out")
        {
            _problems.Error(contact.Place, "CE2010", $"the contact point '{channel}' asks for granted consent but names no 'consent' field; name it, or write 'policy: opt-out'");
        }

        return address is null ? null : new ContactPoint
        {
            Channel = channel,
            Address = address,
            More = more,
            Consent = consent,
            OptIn = contact.Text("policy") is not "opt-out",
        };
    }

    private RfmSource? Rfm(YamlMapping root, Entity people, Dictionary<string, Entity> entities)
    {
        if (root.Mapping("rfm") is not { } rfm || rfm.Text("orders") is not { } name)
        {
            return null;
        }

        if (!people.Relations.TryGetValue(name, out var relation) || !relation.Many)
        {
            _problems.Error(rfm.PlaceOf("orders"), "CE2011",
                $"'{Shown.Text(name)}' is no 'many' relation of {people.Name}{Suggestion.For(name, people.Relations.Values.Where(r => r.Many).Select(r => r.Name))}");
            return null;
        }

        if (!entities.TryGetValue(relation.Target, out var orders))
        {
            return null;
        }

        var at = FieldOf(rfm, "at", orders.Name, orders.Fields);
        var amount = FieldOf(rfm, "amount", orders.Name, orders.Fields);
        if (at is not null && at.Type is not (FieldType.Time or FieldType.Date))
        {
            _problems.Error(rfm.PlaceOf("at"), "CE2012", $"'{at.Name}' is {Word(at.Type)}; rfm needs a time or a date");
        }

        if (amount is not null && amount.Type is not (FieldType.Money or FieldType.Number or FieldType.Integer))
        {
            _problems.Error(rfm.PlaceOf("amount"), "CE2012", $"'{amount.Name}' is {Word(amount.Type)}; rfm needs money or a number");
        }

        return at is null || amount is null ? null : new RfmSource
        {
            Orders = relation,
            At = at,
            Amount = amount,
            Where = rfm.Written("where"),
            Place = rfm.Place,
            Tracked = rfm.Boolean("tracked") ?? false,
        };
    }

    private Field? StoredText(YamlMapping mapping, string key, string entity, IReadOnlyDictionary<string, Field> fields)
    {
        var field = TextOf(mapping, key, entity, fields);
        if (field?.Is is not null)
        {
            _problems.Error(mapping.PlaceOf(key), "CE2009", $"'{key}' needs a column, and {entity}.{field.Name} is computed; name the field it is computed from");
        }

        return field;
    }

    private Field? TextOf(YamlMapping mapping, string key, string entity, IReadOnlyDictionary<string, Field> fields)
    {
        var field = FieldOf(mapping, key, entity, fields);
        if (field is not null && field.Type != FieldType.Text)
        {
            _problems.Error(mapping.PlaceOf(key), "CE2009", $"'{key}' needs a text field, and {entity}.{field.Name} is {Word(field.Type)}");
        }

        return field;
    }

    private Field? FieldOf(YamlMapping mapping, string key, string entity, IReadOnlyDictionary<string, Field> fields) =>
        mapping.Written(key) is { } written ? Find(written, entity, fields) : null;

    private Field? Find(Written written, string entity, IReadOnlyDictionary<string, Field> fields)
    {
        if (fields.TryGetValue(written.Text, out var field))
        {
            return field;
        }

        if (_broken.Contains((entity, written.Text)))
        {
            return null;
        }

        _problems.Error(written.Place, "CE2013", $"unknown field '{Shown.Text(written.Text)}' of {entity}{Suggestion.For(written.Text, fields.Keys)}");
        return null;
    }

    private static string Word(FieldType type) => ModelShape.Types.First(t => t.Value == type).Key;
}

using CampaignEngine.Authoring;
using CampaignEngine.Templating;

namespace CampaignEngine.Customers.Import;

/// <summary>imports/NAME.yaml → <see cref="ImportMap"/>, checked against the customer model, or every problem of the file in one pass.</summary>
public sealed class ImportMapLoader
{
    private readonly string _file;
    private readonly CustomerModel _model;
    private readonly ProblemList _problems;
    private readonly List<ShapeMember> _names = [new("row", ShapeType.Any), new("record", ShapeType.Integer)];
    private SourceFormat _format = new();

    private ImportMapLoader(string file, CustomerModel model, ProblemList problems) => (_file, _model, _problems) = (file, model, problems);

    /// <param name="file">File name for messages, relative to the workspace.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="model">The customer database that the map feeds.</param>
    /// <param name="problems">Gets all problems; the result is null when one of them is an error.</param>
    public static ImportMap? Load(string file, ReadOnlySpan<byte> bytes, CustomerModel model, ProblemList problems)
    {
        ProblemList own = new();
        ImportMap? map = null;
        if (YamlReader.Read(file, bytes, own) is { } root)
        {
            new ShapeCheck(own).Check(root, ImportMapShape.Shape);
            map = new ImportMap { File = file, Name = root.Text("import") ?? "", Sources = Sources(file, model, root, own) };
        }

        problems.AddRange(own.Items);
        return own.HasErrors ? null : map;
    }

    // One source at the top of the file, or several under 'sources'.
    private static List<SourceMap> Sources(string file, CustomerModel model, YamlMapping root, ProblemList problems)
    {
        if (root["sources"] is null)
        {
            if (root["entities"] is null)
            {
                problems.Error(root.Place, "CE2116", "the map says nothing about any row; write 'entities', or 'sources' for several files");
            }

            return [new ImportMapLoader(file, model, problems).Source(root)];
        }

        foreach (var key in root.Entries.Select(e => e.Key).Where(k => k.Text is "file" or "let" or "entities"))
        {
            problems.Error(key.Place, "CE2117", $"'{key.Text}' belongs to one of the 'sources' where a map has several; move it there");
        }

        return [.. root.Items("sources").OfType<YamlMapping>().Select(source => new ImportMapLoader(file, model, problems).Source(source))];
    }

    private SourceMap Source(YamlMapping root)
    {
        _format = Format(root.Mapping("file"));
        List<NamedValue> let = [];
        foreach (var (key, value) in root.Mapping("let")?.Entries ?? [])
        {
            if (value is YamlScalar scalar)
            {
                let.Add(new NamedValue(key.Text, Value(scalar.Value)));
            }

            // From here on; a value that could use itself, or one that uses it, would never end.
            _names.Add(new ShapeMember(key.Text, ShapeType.Any, Nullable: true));
        }

        foreach (var (key, _) in root.Mapping("let")?.Entries ?? [])
        {
            if (key.Text is "row" or "record")
            {
                _problems.Error(key.Place, "CE2101", $"'{key.Text}' is the file's own; give the value another name");
            }
        }

        List<EntityMap> entities = [];
        var written = root.Mapping("entities");
        foreach (var (key, value) in written?.Entries ?? [])
        {
            if (!_model.Entities.TryGetValue(key.Text, out var entity))
            {
                _problems.Error(key.Place, "CE2102", $"'{Shown.Text(key.Text)}' is no entity of {_model.File}{Suggestion.For(key.Text, _model.Entities.Keys)}");
            }
            else if (value is YamlMapping mapping)
            {
                entities.Add(Entity(entity, key.Place, mapping, written!));
            }
        }

        if (written is { Entries.Count: 0 })
        {
            _problems.Error(written.Place, "CE2103", "the map feeds no entity; name at least one");
        }

        CheckReferences(entities);
        return new SourceMap { MapFile = _file, Beside = root.Written("from"), Format = _format, Let = let, Entities = Ordered(entities) };
    }

    private static SourceFormat Format(YamlMapping? file)
    {
        SourceFormat format = new();
        if (file is null)
        {
            return format;
        }

        var quote = file.Text("quote");
        return Overridden(format, file) with
        {
            Separator = file.Text("separator") is { Length: 1 } separator ? separator[0] : format.Separator,
            Quote = quote switch { null => format.Quote, "none" => null, _ => quote.FirstOrDefault('"') },
            Encoding = file.Text("encoding") ?? format.Encoding,
            Missing = Texts(file, "missing") ?? format.Missing,
            Yes = Texts(file, "yes") ?? format.Yes,
            No = Texts(file, "no") ?? format.No,
            Numbers = Texts(file, "numbers") ?? format.Numbers,
            Columns = Texts(file, "columns") ?? format.Columns,
            Trim = file.Boolean("trim") ?? format.Trim,
            SkipMissingColumns = file.Text("missing_columns") == "skip",
        };
    }

    private static SourceFormat Overridden(SourceFormat format, YamlMapping written) => format with
    {
        Zone = written.Text("zone") is { } zone && Zones.Fault(zone) is null ? TimeZoneInfo.FindSystemTimeZoneById(zone) : format.Zone,
        Dates = Texts(written, "dates") ?? format.Dates,
        Decimal = written.Text("decimal") is { Length: 1 } point ? point[0] : format.Decimal,
        Thousands = written.Text("thousands") is { Length: 1 } groups ? groups[0] : format.Thousands,
    };

    private static List<string>? Texts(YamlMapping mapping, string key) =>
        mapping[key] is null ? null : mapping.Items(key).OfType<YamlScalar>().Select(s => s.Text).ToList();

    private EntityMap Entity(Entity entity, Place place, YamlMapping written, YamlMapping all)
    {
        var set = Fields(entity, written, "set");
        var least = Fields(entity, written, "min");
        var greatest = Fields(entity, written, "max");
        var references = References(entity, written, all);
        var rollUps = RollUps(entity, written, all);
        List<Field> fed = [.. set.Select(s => s.Field), .. references.Select(r => r.Field)];
        List<Field> every = [.. fed, .. least.Select(s => s.Field), .. greatest.Select(s => s.Field), .. rollUps.Select(r => r.Field)];
        foreach (var twice in every.GroupBy(f => f.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            _problems.Error(place, "CE2104", $"{entity.Name}.{twice.Key} gets its value in more than one place; keep one of set, refs, min, max and sum");
        }

        List<Field> key = [];
        foreach (var name in written.Writtens("key"))
        {
            if (fed.Find(f => f.Name == name.Text) is { JsonKey: null } field)
            {
                key.Add(field);
            }
            else
            {
                _problems.Error(name.Place, "CE2105",
                    $"the key '{Shown.Text(name.Text)}' of {entity.Name} must be a column that 'set' or 'refs' gives a value{Suggestion.For(name.Text, fed.Select(f => f.Name))}");
            }
        }

        Field? numbered = null;
        if (written.Written("numbered") is { } number)
        {
            numbered = key.Find(f => f.Name == number.Text && f.Type == FieldType.Text);
            if (numbered is null)
            {
                _problems.Error(number.Place, "CE2106", $"'{Shown.Text(number.Text)}' must be a text field of the key of {entity.Name} to be numbered");
            }
        }

        return new EntityMap
        {
            Entity = entity,
            Place = place,
            When = written.Written("when") is { } when ? Value(when) : null,
            Key = key,
            Set = set,
            References = references,
            Least = least,
            Greatest = greatest,
            RollUps = rollUps,
            Numbered = numbered,
            OnConflict = written.Text("on_conflict") switch
            {
                "keep" => ConflictRule.Keep,
                "update" => ConflictRule.Update,
                "replace" => ConflictRule.Replace,
                _ => ConflictRule.Fill,
            },
        };
    }

    private List<FieldValue> Fields(Entity entity, YamlMapping written, string key)
    {
        List<FieldValue> fields = [];
        foreach (var (name, node) in written.Mapping(key)?.Entries ?? [])
        {
            if (Stored(entity, name.Value) is { } field && Value(node) is { } value)
            {
                fields.Add(new FieldValue(field, value));
            }
        }

        return fields;
    }

    private Field? Stored(Entity entity, Written name)
    {
        if (!entity.Fields.TryGetValue(name.Text, out var field))
        {
            _problems.Error(name.Place, "CE2107", $"unknown field '{Shown.Text(name.Text)}' of {entity.Name}{Suggestion.For(name.Text, entity.Fields.Keys)}");
            return null;
        }

        if (field.Is is not null)
        {
            _problems.Error(name.Place, "CE2108", $"{entity.Name}.{field.Name} is computed by {_model.File} and cannot be imported; remove it");
            return null;
        }

        return field;
    }

    private ValueMap? Value(YamlNode node)
    {
        switch (node)
        {
            case YamlScalar scalar:
                return Value(scalar.Value);
            case YamlSequence { Items.Count: > 0 } parts when parts.Items.All(i => i is YamlScalar):
                return Checked(new ValueMap { Parts = parts.Items.Cast<YamlScalar>().Select(p => p.Value).ToList(), Place = node.Place, Format = _format });
            case YamlSequence { Items.Count: > 0 }:
                _problems.Error(node.Place, "CE2109", "parts of a value are single expressions; write '{ value: [a, b], dates: ... }' to state how they are read");
                return null;
            case YamlMapping mapping when mapping.Writtens("value").ToList() is { Count: > 0 } parts:
                if (mapping.Written("phone") is { } country)
                {
                    Value(country);
                }

                return Checked(new ValueMap { Parts = parts, Place = node.Place, Format = Overridden(_format, mapping), Phone = mapping.Written("phone") });
            default:
                return null;
        }
    }

    private ValueMap Value(Written expression) => Checked(new ValueMap { Parts = [expression], Place = expression.Place, Format = _format });

    private ValueMap Checked(ValueMap value)
    {
        foreach (var part in value.Parts)
        {
            var messages = Expression.Parse(part.Text).Messages;
            foreach (var message in messages.Count > 0 ? messages : UnknownNames(part))
            {
                var place = message.Line == 1 ? part.At(message.Column - 1) : part.Place;
                _problems.Add(new Problem(place, message.Severity == Templating.Severity.Error ? Authoring.Severity.Error : Authoring.Severity.Warning, message.Code, message.Text));
            }
        }

        return value;
    }

    // The language reads a name that nobody set as null; in a map that is a slip of the pen.
    private IEnumerable<TemplateMessage> UnknownNames(Written expression)
    {
        const string Opening = "{{ ";
        var bare = !expression.Text.Contains("{{", StringComparison.Ordinal);
        var template = Template.Parse(bare ? $"{Opening}{expression.Text} }}}}" : expression.Text);
        return template.HasErrors ? []
            : TemplateChecker.Check(template, new Templating.Shape("the record", [.. _names.DistinctBy(n => n.Name)]), include: null, new CheckOptions { WarnOfNulls = false })
                .Where(m => m is { Severity: Templating.Severity.Error, Code: "CE3401" or "CE3402" or "CE3403" })
                .Select(m => bare && m.Line == 1 ? m with { Column = Math.Max(1, m.Column - Opening.Length) } : m);
    }

    private List<Reference> References(Entity entity, YamlMapping written, YamlMapping all)
    {
        List<Reference> references = [];
        foreach (var (name, node) in written.Mapping("refs")?.Entries ?? [])
        {
            var target = node is YamlScalar scalar ? scalar.Value : (node as YamlMapping)?.Written("entity");
            if (Stored(entity, name.Value) is not { } field || target is null)
            {
                continue;
            }

            if (!_model.Entities.TryGetValue(target.Text, out var referred))
            {
                _problems.Error(target.Place, "CE2102", $"'{Shown.Text(target.Text)}' is no entity of {_model.File}{Suggestion.For(target.Text, _model.Entities.Keys)}");
                continue;
            }

            if (node is YamlScalar && all[target.Text] is null)
            {
                _problems.Error(target.Place, "CE2110",
                    $"this map does not feed {referred.Name}; say how the row is found: {name.Text}: {{ entity: {referred.Name}, value: row.... }}");
                continue;
            }

            var relation = entity.Relations.Values.FirstOrDefault(r => !r.Many && r.Target == referred.Name && r.From.Name == field.Name);
            Field? by = null;
            if (node is YamlMapping form)
            {
                by = form.Written("by") is { } stated ? Stored(referred, stated) : referred.Label;
            }

            references.Add(new Reference
            {
                Field = field,
                Target = referred,
                By = by ?? referred.Label,
                Stored = relation?.To ?? referred.Key,
                Value = node is YamlMapping long_ && long_["value"] is { } value ? Value(value) : null,
                EmptyWhenMissing = (node as YamlMapping)?.Text("missing") == "empty",
            });
        }

        return references;
    }

    private List<RollUp> RollUps(Entity entity, YamlMapping written, YamlMapping all)
    {
        List<RollUp> rollUps = [];
        foreach (var (name, node) in written.Mapping("sum")?.Entries ?? [])
        {
            if (Stored(entity, name.Value) is not { } field || node is not YamlScalar scalar || scalar.Text.Split('.') is not [var childName, var summedName])
            {
                continue;
            }

            if (!_model.Entities.TryGetValue(childName, out var child) || all.Mapping(childName) is not { } childMap)
            {
                _problems.Error(scalar.Value.Place, "CE2111", $"'{Shown.Text(childName)}' is no entity of this map{Suggestion.For(childName, all.Entries.Select(e => e.Key.Text))}");
                continue;
            }

            var link = (childMap.Mapping("refs")?.Entries ?? []).FirstOrDefault(r => (r.Value as YamlScalar)?.Text == entity.Name).Key?.Text;
            if (link is null || !child.Fields.TryGetValue(link, out var linkField))
            {
                _problems.Error(scalar.Value.Place, "CE2112", $"{childName} does not refer to {entity.Name}; add its field to the 'refs' of {childName}");
                continue;
            }

            if (Stored(child, new Written(summedName, scalar.Value.At(childName.Length + 1))) is { } summed)
            {
                if (summed.Type is not (FieldType.Integer or FieldType.Number or FieldType.Money))
                {
                    _problems.Error(scalar.Value.Place, "CE2113", $"{childName}.{summedName} is no number and has no sum");
                }

                rollUps.Add(new RollUp(field, child, summed, linkField));
            }
        }

        return rollUps;
    }

    // A reference to the row of the same record is found by that entity's key, which must be one field of its own.
    private void CheckReferences(List<EntityMap> entities)
    {
        for (var i = 0; i < entities.Count; i++)
        {
            var references = entities[i].References.ToList();
            for (var j = 0; j < references.Count; j++)
            {
                if (references[j].Value is not null || entities.Find(e => e.Entity == references[j].Target) is not { } target)
                {
                    continue;
                }

                if (target.Key is [var key] && target.Numbered is null && target.Set.Any(s => s.Field == key))
                {
                    references[j] = references[j] with { By = key };
                }
                else if (target.Key.Count > 0)
                {
                    _problems.Error(entities[i].Place, "CE2114",
                        $"{entities[i].Entity.Name}.{references[j].Field.Name} refers to {target.Entity.Name}, whose key is not a single set field; write the reference with 'by' and 'value'");
                }
            }

            entities[i] = entities[i] with { References = references };
        }
    }

    private List<EntityMap> Ordered(List<EntityMap> entities)
    {
        List<EntityMap> ordered = [];
        while (ordered.Count < entities.Count)
        {
            var next = entities.Find(e => !ordered.Contains(e)
                && e.References.All(r => r.Target == e.Entity || ordered.Exists(o => o.Entity == r.Target) || !entities.Exists(x => x.Entity == r.Target)));
            if (next is null)
            {
                var stuck = entities.First(e => !ordered.Contains(e));
                _problems.Error(stuck.Place, "CE2115", $"{stuck.Entity.Name} and the entities it refers to refer to each other in a circle; import one of them by a map of its own");
                return entities;
            }

            ordered.Add(next);
        }

        return ordered;
    }
}

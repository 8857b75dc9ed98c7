using CampaignEngine.Authoring;
using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>
/// Looks every name up in the model and types every part. Reports all faults of a condition in one pass; touches no data.
/// Names are bound here, operators and functions in <see cref="OperatorBinder"/>.
/// </summary>
public sealed class ConditionBinder
{
    private static readonly string[] Channels = ["email", "sms", "print", "call"];

    private readonly CustomerModel _model;
    private readonly ProblemList _problems;
    private readonly IReadOnlyList<Field> _computing;

    public ConditionBinder(CustomerModel model, ProblemList problems)
        : this(model, problems, [])
    {
    }

    private ConditionBinder(CustomerModel model, ProblemList problems, IReadOnlyList<Field> computing) =>
        (_model, _problems, _computing) = (model, problems, computing);

    /// <summary>Reads and checks a condition on rows of an entity; null after reported faults.</summary>
    public BoundCondition? BindCondition(Written written, Entity entity)
    {
        if (ConditionParser.Parse(written, _problems) is not { } syntax)
        {
            return null;
        }

        var pass = new Pass(this, written, []);
        var root = pass.Bind(syntax, entity, true);
        if (root is not null && root.Kind != ValueKind.Boolean)
        {
            pass.Operators.NeedsComparison(syntax, root.Kind);
            return null;
        }

        return root is null ? null : new BoundCondition(written, entity, root, pass.Parts);
    }

    /// <summary>Reads and checks an expression, for orderings and computed fields; null after reported faults.</summary>
    public BoundExpression? BindExpression(Written written, Entity entity)
    {
        if (ConditionParser.Parse(written, _problems) is not { } syntax)
        {
            return null;
        }

        var root = new Pass(this, written, []).Bind(syntax, entity, true);
        if (root?.Kind is ValueKind.Duration or ValueKind.Null)
        {
            _problems.Error(written.Place, "CE4204", $"an expression cannot be {root.Kind.Name()}; name a field or an aggregate, as in sum(orders.amount)");
            return null;
        }

        return root is null ? null : new BoundExpression(written.Text, entity, root);
    }

    /// <summary>Reads and checks a to-many relation with an optional <c>where</c>; null after reported faults.</summary>
    public BoundRelation? BindRelation(Written written, Entity entity)
    {
        if (ConditionParser.ParseRelation(written, _problems) is not { } syntax
            || new Pass(this, written, []).Bind(syntax, entity, true) is not { } bound)
        {
            return null;
        }

        if (bound is not BoundAggregate rows)
        {
            _problems.Error(written.Place, "CE4103", "the relation must start at the person's own row");
            return null;
        }

        if (RelationTime.Of(_model, rows.Target) is not { } time)
        {
            _problems.Error(written.Place, "CE4106", $"rows of {rows.Target.Name} have no date or time field, so nothing tells when they happened");
            return null;
        }

        return new BoundRelation(written, entity, rows with { Order = time });
    }

    /// <summary>One walk over one text.</summary>
    internal sealed class Pass
    {
        private readonly ConditionBinder _binder;
        private readonly Written _written;

        public Pass(ConditionBinder binder, Written written, List<BoundPart> parts)
        {
            (_binder, _written, Parts) = (binder, written, parts);
            Operators = new OperatorBinder(this);
        }

        public List<BoundPart> Parts { get; }

        public OperatorBinder Operators { get; }

        /// <summary>Null after a reported fault. Outer: not inside an aggregate, so that operands become parts of the explanation.</summary>
        public BoundNode? Bind(ConditionSyntax syntax, Entity entity, bool outer) => syntax switch
        {
            PathSyntax path => Part(path, outer, Path(path, entity)),
            AggregateSyntax aggregate => Part(aggregate, outer, Aggregate(aggregate, entity)),
            FactSyntax fact => fact.Plain && entity.Fields.ContainsKey(fact.Fact.Name)
                ? Part(fact, outer, Path(new PathSyntax([fact.Fact], fact.Start, fact.End), entity))
                : Part(fact, outer, Fact(fact, entity)),
            _ => Operators.Bind(syntax, entity, outer),
        };

        public BoundNode? Fail(int offset, string code, string text)
        {
            _binder._problems.Error(_written.At(offset), code, text);
            return null;
        }

        public string TextOf(ConditionSyntax syntax) => Shown.Text(_written.Text[syntax.Start..syntax.End]);

        private BoundNode? Part(ConditionSyntax syntax, bool outer, BoundNode? node)
        {
            if (outer && node is not null)
            {
                var text = _written.Text[syntax.Start..syntax.End];
                if (!Parts.Exists(part => part.Text == text))
                {
                    Parts.Add(new BoundPart(text, node));
                }
            }

            return node;
        }

        private BoundNode? Path(PathSyntax path, Entity start)
        {
            var relations = new List<Relation>();
            var entity = start;
            for (var i = 0; i < path.Names.Count - 1; i++)
            {
                var name = path.Names[i];
                if (name.Name == "rfm" && entity == _binder._model.People && i == path.Names.Count - 2)
                {
                    return Rfm(path.Names[i + 1], relations);
                }

                if (!entity.Relations.TryGetValue(name.Name, out var relation))
                {
                    return entity.Fields.ContainsKey(name.Name)
                        ? Fail(path.Names[i + 1].Start, "CE4103", $"'{name.Name}' of {entity.Name} is a field, so nothing can follow its '.'")
                        : Fail(name.Start, "CE4102", $"unknown relation '{Shown.Text(name.Name)}' of {entity.Name}{Suggestion.For(name.Name, entity.Relations.Keys)}");
                }

                if (relation.Many)
                {
                    return Fail(name.Start, "CE4104", $"'{name.Name}' of {entity.Name} leads to many rows; write has({name.Name} where ...), count({name.Name}) or max({name.Name}.{path.Names[^1].Name})");
                }

                relations.Add(relation);
                entity = _binder._model.Entities[relation.Target];
            }

            return Field(path.Names[^1], entity, path.Names.Count == 1) is { } field ? At(relations, field) : null;
        }

        private static BoundNode At(List<Relation> path, BoundNode node) => path.Count == 0 ? node : new BoundAt(path, node);

        private BoundNode? Field(NameSyntax name, Entity entity, bool alone)
        {
            if (entity.Fields.TryGetValue(name.Name, out var field))
            {
                return field.Is is null ? new BoundField(entity, field) : Computed(name, entity, field);
            }

            if (alone && name.Name is "today" or "now")
            {
                return new BoundNow(name.Name == "now" ? ValueKind.Time : ValueKind.Date);
            }

            if (entity.Relations.TryGetValue(name.Name, out var relation))
            {
                return Fail(name.Start, "CE4104", relation.Many
                    ? $"'{name.Name}' is a relation to many rows; write has({name.Name}), or count({name.Name}) > 0"
                    : $"'{name.Name}' is a relation; name a field of it: {name.Name}.{_binder._model.Entities[relation.Target].Label.Name}");
            }

            if (alone && name.Name == "rfm")
            {
                return Fail(name.Start, "CE4105", "name a part of rfm: rfm.recency, rfm.frequency, rfm.monetary, rfm.score or rfm.segment");
            }

            var text = Shown.Text(name.Name);
            var known = Suggestion.For(name.Name, entity.Fields.Keys.Concat(entity.Relations.Keys));
            return Fail(name.Start, "CE4101", $"unknown field '{text}' of {entity.Name}{(known.Length > 0 ? known : $"; text stands in double quotes: \"{text}\"")}");
        }

        private BoundNode? Computed(NameSyntax name, Entity entity, Field field)
        {
            if (_binder._computing.Contains(field))
            {
                return Fail(name.Start, "CE4107", $"field '{field.Name}' of {entity.Name} is computed from itself");
            }

            var inner = new ProblemList();
            var bound = new ConditionBinder(_binder._model, inner, [.. _binder._computing, field]).BindExpression(field.Is!, entity);
            if (bound is null)
            {
                return Fail(name.Start, "CE4107", $"field '{field.Name}' of {entity.Name} cannot be computed: {inner.Items[0]}");
            }

            var wanted = ValueKinds.Of(field.Type);
            return bound.Kind == wanted || (bound.Kind.IsNumeric() && wanted is ValueKind.Number or ValueKind.Money)
                ? bound.Kind == wanted ? bound.Root : new BoundArithmetic('+', bound.Root, new BoundLiteral(ValueKind.Integer, 0L), wanted)
                : Fail(name.Start, "CE4107", $"field '{field.Name}' of {entity.Name} is declared as {wanted.Name()}, but its expression is {bound.Kind.Name()}");
        }

        private BoundNode? Rfm(NameSyntax part, List<Relation> relations)
        {
            if (_binder._model.Rfm is null)
            {
                return Fail(part.Start, "CE4105", $"rfm needs an 'rfm' section in {_binder._model.File} that says which orders count");
            }

            string[] parts = ["recency", "frequency", "monetary", "score", "segment"];
            var index = Array.IndexOf(parts, part.Name);
            return index < 0 ? Fail(part.Start, "CE4101", $"unknown part '{Shown.Text(part.Name)}' of rfm{Suggestion.For(part.Name, parts)}")
                : At(relations, new BoundRfm((RfmPart)index));
        }

        private BoundNode? Fact(FactSyntax fact, Entity entity)
        {
            if (entity != _binder._model.People)
            {
                return Fail(fact.Start, "CE4108", $"'{fact.Fact.Name}' is a fact about {_binder._model.People.Name}, not about {entity.Name}");
            }

            foreach (var (name, start) in fact.Channels ?? [])
            {
                if (!Channels.Contains(name))
                {
                    return Fail(start, "CE4109", $"unknown channel '{Shown.Text(name)}'{Suggestion.For(name, Channels)}; channels are email, sms, print and call");
                }
            }

            return new BoundFact(
                Enum.Parse<FactKind>(fact.Fact.Name, true),
                fact.Campaigns,
                fact.Campaigns is null && !fact.AnyCampaign,
                fact.Drops,
                fact.Channels?.Select(channel => channel.Name).ToList(),
                (CalendarDuration?)fact.Within?.Value);
        }

        private BoundNode? Aggregate(AggregateSyntax syntax, Entity start)
        {
            var kind = syntax.Function.Name == "count" && syntax.Distinct ? AggregateKind.CountDistinct : Enum.Parse<AggregateKind>(syntax.Function.Name, true);
            if (syntax.Distinct && syntax.Function.Name != "count")
            {
                return Fail(syntax.Path.Start, "CE4110", $"'distinct' stands only in count(distinct ...), not in {syntax.Function.Name}");
            }

            var needsField = kind is not (AggregateKind.Count or AggregateKind.Has);
            var relations = new List<Relation>();
            var entity = start;
            var names = syntax.Path.Names;
            for (var i = 0; i < names.Count; i++)
            {
                if (!entity.Relations.TryGetValue(names[i].Name, out var relation))
                {
                    if (i == names.Count - 1 && entity.Fields.ContainsKey(names[i].Name))
                    {
                        break;
                    }

                    var known = Suggestion.For(names[i].Name, entity.Relations.Keys.Concat(i == names.Count - 1 ? entity.Fields.Keys : []));
                    return Fail(names[i].Start, i == 0 ? "CE4102" : "CE4101", i > 0 && i == names.Count - 1
                        ? $"unknown field '{Shown.Text(names[i].Name)}' of {entity.Name}{known}"
                        : $"unknown relation '{Shown.Text(names[i].Name)}' of {entity.Name}{known}");
                }

                relations.Add(relation);
                entity = _binder._model.Entities[relation.Target];
            }

            var first = relations.FindIndex(relation => relation.Many);
            if (first < 0)
            {
                return Fail(syntax.Path.Start, "CE4103", $"'{TextOf(syntax.Path)}' leads to a single value; {syntax.Function.Name} needs a relation to many rows");
            }

            var hasField = relations.Count < names.Count;
            if (hasField != needsField)
            {
                return Fail(names[^1].Start, "CE4110", needsField
                    ? $"{syntax.Function.Name} needs a field: {syntax.Function.Name}({TextOf(syntax.Path)}.{Example(entity, kind)})"
                    : $"{syntax.Function.Name} counts rows, not values; write {syntax.Function.Name}({string.Join('.', names.SkipLast(1).Select(n => n.Name))}), or count(distinct {TextOf(syntax.Path)})");
            }

            var operand = hasField ? Field(names[^1], entity, false) : null;
            var where = syntax.Where is null ? null : Where(syntax.Where, entity);
            if ((hasField && operand is null) || (syntax.Where is not null && where is null))
            {
                return null;
            }

            if (Type(syntax, kind, operand, names[^1]) is not { } type)
            {
                return null;
            }

            var order = kind is AggregateKind.First or AggregateKind.Last ? RelationTime.Of(_binder._model, entity) : null;
            if (order is null && kind is AggregateKind.First or AggregateKind.Last)
            {
                return Fail(syntax.Path.Start, "CE4106", $"rows of {entity.Name} have no date or time field, so none is the {syntax.Function.Name}");
            }

            return At([.. relations.Take(first)], new BoundAggregate(kind, [.. relations.Skip(first)], entity, operand, where, order, type));
        }

        private BoundNode? Where(ConditionSyntax syntax, Entity entity)
        {
            var where = Bind(syntax, entity, false);
            if (where is not null && where.Kind != ValueKind.Boolean)
            {
                Operators.NeedsComparison(syntax, where.Kind);
                return null;
            }

            return where;
        }

        private ValueKind? Type(AggregateSyntax syntax, AggregateKind kind, BoundNode? operand, NameSyntax field)
        {
            var type = operand?.Kind ?? ValueKind.Integer;
            var fault = kind switch
            {
                AggregateKind.Sum or AggregateKind.Avg when !type.IsNumeric() => "numbers or amounts of money",
                AggregateKind.Min or AggregateKind.Max when type is ValueKind.Boolean or ValueKind.TextList or ValueKind.Uuid => "numbers, texts, dates or times",
                AggregateKind.First or AggregateKind.Last or AggregateKind.CountDistinct when type == ValueKind.TextList => "single values",
                _ => null,
            };
            if (fault is not null)
            {
                Fail(field.Start, "CE4203", $"{syntax.Function.Name} takes {fault}; '{field.Name}' is {type.Name()}");
                return null;
            }

            return kind switch
            {
                AggregateKind.Has => ValueKind.Boolean,
                AggregateKind.Count or AggregateKind.CountDistinct => ValueKind.Integer,
                AggregateKind.Avg when type == ValueKind.Integer => ValueKind.Number,
                AggregateKind.Sum when type == ValueKind.Integer => ValueKind.Number,
                _ => type,
            };
        }

        // A field to show in a message: amounts and numbers rather than the numbers that tie rows together.
        private static string Example(Entity entity, AggregateKind kind)
        {
            FieldType[] fitting = kind is AggregateKind.Sum or AggregateKind.Avg
                ? [FieldType.Money, FieldType.Number, FieldType.Integer] : [FieldType.Time, FieldType.Date, FieldType.Money, FieldType.Number];
            return (fitting.Select(type => entity.Fields.Values.FirstOrDefault(field => field.Type == type && field != entity.Key))
                .FirstOrDefault(field => field is not null) ?? entity.Label).Name;
        }
    }
}

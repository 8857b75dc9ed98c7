namespace CampaignEngine.Authoring;

/// <summary>Checks nodes against a shape and reports every difference, each with its fix.</summary>
public sealed class ShapeCheck(ProblemList problems)
{
    public void Check(YamlNode node, Shape shape) => Check(node, shape, "the file");

    private void Check(YamlNode node, Shape shape, string what)
    {
        switch (shape)
        {
            case ScalarShape scalar:
                Scalar(node, scalar.Kind, what);
                break;
            case ChoiceShape choice:
                Choice(node, choice, what);
                break;
            case ListShape list:
                List(node, list, what);
                break;
            case MapShape map:
                Map(node, map, what);
                break;
            case NamedShape named:
                Named(node, named, what);
                break;
            case EitherShape either:
                Check(node, node is YamlScalar ? either.Short : either.Long, what);
                break;
        }
    }

    private void Scalar(YamlNode node, ScalarKind kind, string what)
    {
        if (node is not YamlScalar scalar)
        {
            WrongKind(node, $"a {kind.Title} such as '{kind.Example}'", what);
        }
        else if (kind.Fault(scalar.Text) is { } fault)
        {
            problems.Error(scalar.Value.Place, "CE1105", $"{what}: {fault}");
        }
    }

    private void Choice(YamlNode node, ChoiceShape choice, string what)
    {
        if (node is not YamlScalar scalar)
        {
            WrongKind(node, "one of " + string.Join(", ", choice.Allowed), what);
        }
        else if (!choice.Allowed.Contains(scalar.Text, StringComparer.Ordinal))
        {
            problems.Error(scalar.Value.Place, "CE1104",
                $"{what}: '{Shown.Text(scalar.Text)}' is not possible here{Suggestion.For(scalar.Text, choice.Allowed)}; use {Either(choice.Allowed)}");
        }
    }

    private void List(YamlNode node, ListShape list, string what)
    {
        if (node is not YamlSequence sequence)
        {
            if (list.OrSingle)
            {
                Check(node, list.Item, what);
            }
            else
            {
                WrongKind(node, "a list, each item on its own line after '- '", what);
            }

            return;
        }

        if (sequence.Items.Count < list.AtLeast)
        {
            problems.Error(sequence.Place, "CE1106", $"{what} needs at least {(list.AtLeast == 1 ? "one item" : $"{list.AtLeast} items")}");
        }

        foreach (var item in sequence.Items)
        {
            if (item is YamlScalar { IsNull: true })
            {
                problems.Error(item.Place, "CE1106", $"{what}: an item is empty; remove its dash");
            }
            else
            {
                Check(item, list.Item, what);
            }
        }
    }

    private void Map(YamlNode node, MapShape map, string what)
    {
        if (node is not YamlMapping mapping)
        {
            WrongKind(node, "keys with values", what);
            return;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            var known = map.Keys.FirstOrDefault(k => k.Name == key.Text);
            if (known is null)
            {
                problems.Error(key.Place, "CE1101",
                    $"unknown key '{Shown.Text(key.Text)}' in {what}{Suggestion.For(key.Text, map.Keys.Select(k => k.Name))}{Possible(map, key.Text)}");
            }
            else if (mapping[key.Text] is { } written)
            {
                Check(written, known.Shape, $"'{known.Name}'");
            }
        }

        foreach (var missing in map.Keys.Where(k => k.Required && mapping[k.Name] is null))
        {
            var written = mapping.Entries.FirstOrDefault(e => e.Key.Text == missing.Name);
            problems.Error(written.Key?.Place ?? mapping.Place, "CE1102",
                $"{what}: {(written.Key is null ? $"the key '{missing.Name}' is missing" : $"the key '{missing.Name}' has no value")}; {Example(missing)}");
        }
    }

    private void Named(YamlNode node, NamedShape named, string what)
    {
        if (node is not YamlMapping mapping)
        {
            WrongKind(node, "names with values", what);
            return;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            if (named.Name.Fault(key.Text) is { } fault)
            {
                problems.Error(key.Place, "CE1105", $"{what}: {fault}");
            }

            if (value is YamlScalar { IsNull: true })
            {
                problems.Error(key.Place, "CE1102", $"{what}: '{Shown.Text(key.Text)}' has no value");
            }
            else
            {
                Check(value, named.Value, $"'{Shown.Text(key.Text)}'");
            }
        }
    }

    private void WrongKind(YamlNode node, string expected, string what)
    {
        // A text with ": " in it, or one that starts with a bracket or brace, is the usual cause: YAML reads it as something else.
        var hint = expected.StartsWith("a ", StringComparison.Ordinal) && node is not YamlScalar { IsNull: true } && !expected.StartsWith("a list", StringComparison.Ordinal)
            ? ". If it is meant as a text, put it in quotes" : "";
        problems.Error(node.Place, "CE1103", $"{what} must be {expected}, not {node.KindName}{hint}");
    }

    private static string Example(KeyShape key) => key.Shape switch
    {
        ScalarShape scalar => $"write for example '{key.Name}: {scalar.Kind.Example}'",
        ChoiceShape choice => $"write for example '{key.Name}: {choice.Allowed[0]}'",
        EitherShape { Short: ScalarShape scalar } => $"write for example '{key.Name}: {scalar.Kind.Example}'",
        _ => char.ToLowerInvariant(key.Shape.Description[0]) + key.Shape.Description[1..].TrimEnd('.'),
    };

    private static string Possible(MapShape map, string word) =>
        Suggestion.Closest(word, map.Keys.Select(k => k.Name)) is null ? $"; possible keys: {string.Join(", ", map.Keys.Select(k => k.Name))}" : "";

    private static string Either(IReadOnlyList<string> words) =>
        words.Count == 1 ? $"'{words[0]}'" : $"{string.Join(", ", words.Take(words.Count - 1).Select(w => $"'{w}'"))} or '{words[^1]}'";
}

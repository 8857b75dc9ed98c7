using System.Text;

namespace CampaignEngine.Authoring;

/// <summary>Writes a shape as the Markdown key reference of the docs, one row a key.</summary>
public static class KeyReference
{
    public static string Of(Shape shape)
    {
        var text = new StringBuilder("| key | value | what it is |\n|---|---|---|\n");
        Rows(text, shape, "");
        return text.ToString();
    }

    private static void Rows(StringBuilder text, Shape shape, string path)
    {
        switch (shape)
        {
            case MapShape map:
                foreach (var key in map.Keys)
                {
                    var name = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
                    var note = (key.Required ? " Required." : "") + (key.Default is null ? "" : $" Default: {key.Default}.");
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{name}` | {Cell(Value(key.Shape))} | {Cell(key.Shape.Description + note)} |\n");
                    Rows(text, key.Shape, name);
                }

                break;
            case NamedShape named:
                Rows(text, named.Value, $"{path}.NAME");
                break;
            case ListShape list:
                Rows(text, list.Item, $"{path}[]");
                break;
            case EitherShape either:
                Rows(text, either.Long, path);
                break;
        }
    }

    private static string Value(Shape shape) => shape switch
    {
        ScalarShape scalar => $"{scalar.Kind.Title}: `{scalar.Kind.Example}`",
        ChoiceShape choice => string.Join(", ", choice.Allowed.Select(w => $"`{w}`")),
        ListShape list => $"list of {Value(list.Item)}",
        NamedShape named => $"names with {Value(named.Value)}",
        EitherShape either => $"{Value(either.Short)}, or {Value(either.Long)}",
        _ => "keys",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

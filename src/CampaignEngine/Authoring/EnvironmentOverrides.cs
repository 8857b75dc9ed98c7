using System.Collections;
using System.Text;

namespace CampaignEngine.Authoring;

/// <summary>
/// Puts environment variables over the values of a file: PREFIX_SECTION_KEY, upper case, '-' written as '_'. The text of a variable is read
/// as a single value where the shape has one, and as YAML elsewhere. Variables whose first word is no section are somebody else's.
/// </summary>
public static class EnvironmentOverrides
{
    /// <param name="variables">As <see cref="Environment.GetEnvironmentVariables()"/> gives them.</param>
    public static YamlMapping Apply(YamlMapping root, MapShape shape, string prefix, IDictionary variables, ProblemList problems)
    {
        foreach (var name in variables.Keys.OfType<string>().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (variables[name] is not string { Length: > 0 } text)
            {
                continue;
            }

            var rest = name[prefix.Length..];
            if (Array.Exists(shape.Keys, k => rest == Upper(k.Name) || rest.StartsWith(Upper(k.Name) + "_", StringComparison.Ordinal)))
            {
                var place = new Place($"environment variable {name}", 1, 1);
                root = Put(root, shape, rest, new Override(name, text, place, problems)) as YamlMapping ?? root;
            }
        }

        return root;
    }

    private static YamlNode? Put(YamlNode? node, Shape shape, string path, Override value)
    {
        switch (shape)
        {
            case EitherShape either when path.Length > 0:
                return Put(node, either.Long, path, value);
            case MapShape map when path.Length > 0:
                foreach (var key in map.Keys.OrderByDescending(k => k.Name.Length))
                {
                    if (Rest(path, key.Name) is { } rest)
                    {
                        return With(node, key.Name, Put((node as YamlMapping)?[key.Name], key.Shape, rest, value), value);
                    }
                }

                value.Problems.Error(value.Place, "CE1130", $"it sets no value of engine.yaml; keys possible here are {string.Join(", ", map.Keys.Select(k => k.Name))}");
                return node;
            case NamedShape named when path.Length > 0:
                var name = NameIn(node as YamlMapping, named, path);
                return With(node, name.Key, Put((node as YamlMapping)?[name.Key], named.Value, name.Tail, value), value);
            default:
                return value.Read(shape);
        }
    }

    // ROUTES_RELAY_SMTP: a name of the file that fits, or everything up to the last key that the value's shape knows.
    private static (string Key, string Tail) NameIn(YamlMapping? node, NamedShape named, string path)
    {
        foreach (var (key, _) in (node?.Entries ?? []).OrderByDescending(e => e.Key.Text.Length))
        {
            if (Rest(path, key.Text) is { } rest)
            {
                return (key.Text, rest);
            }
        }

        var keys = named.Value is MapShape map ? map.Keys.Select(k => k.Name) : [];
        var end = keys.Select(Upper).Where(k => path.EndsWith("_" + k, StringComparison.Ordinal)).OrderByDescending(k => k.Length).FirstOrDefault();
        var name = end is null ? path : path[..^(end.Length + 1)];
        return (name.ToLowerInvariant().Replace('_', '-'), end ?? "");
    }

    private static string? Rest(string path, string key)
    {
        var upper = Upper(key);
        return path == upper ? "" : path.StartsWith(upper + "_", StringComparison.Ordinal) ? path[(upper.Length + 1)..] : null;
    }

    private static YamlMapping With(YamlNode? node, string key, YamlNode? child, Override value)
    {
        var mapping = node as YamlMapping;
        var entries = (mapping?.Entries ?? []).Where(e => e.Key.Text != key).ToList();
        if (child is not null)
        {
            entries.Add(new(new YamlScalar(new Written(key, value.Place), value.Place, plain: false), child));
        }

        return new YamlMapping(mapping?.Place ?? value.Place, entries);
    }

    private static string Upper(string key) => key.ToUpperInvariant().Replace('-', '_');

    private sealed record Override(string Name, string Text, Place Place, ProblemList Problems)
    {
        public YamlNode? Read(Shape shape) => shape switch
        {
            // A secret in the environment is where it belongs: the override becomes the reference to itself.
            EitherShape { Short: ScalarShape { Kind: var kind } } when kind == SecretShape.Literal || kind == SecretShape.Connection => SecretShape.Reference(Name, Place),
            ScalarShape or ChoiceShape or EitherShape { Short: ScalarShape } => new YamlScalar(new Written(Text, Place), Place, plain: true),
            _ => YamlReader.Read(Place.File, Encoding.UTF8.GetBytes("value: " + Text), Problems)?["value"],
        };
    }
}

using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering.Images;

/// <summary>Pictures that travel inside messages: templates name them by <c>cid:NAME</c>, and they lie in templates/images and nowhere else.</summary>
internal sealed partial class ImageStore(string templatesDirectory)
{
    /// <summary>Bytes of one picture at most.</summary>
    public const int LargestImage = 200 * 1024;

    /// <summary>Bytes of all pictures of a message at most: every message carries them all.</summary>
    public const int LargestSet = 500 * 1024;

    private readonly string _root = Path.Combine(templatesDirectory, "images");

    /// <summary>The pictures that these templates name, by name.</summary>
    /// <param name="sources">File and text of each.</param>
    public IReadOnlyList<MessageImage> Read(IEnumerable<(string File, string Text)> sources, ProblemList problems)
    {
        var images = new SortedDictionary<string, MessageImage>(StringComparer.Ordinal);
        var faulty = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (file, text) in sources)
        {
            foreach (var name in ReferenceText().Matches(text).Select(m => m.Groups["name"]))
            {
                if (images.ContainsKey(name.Value) || !faulty.Add(name.Value))
                {
                    continue;
                }

                var part = new FlatPart(file, text).PlaceOf(name.Index);
                var place = new Place(file, part.Line, part.Column);
                if (Read(name.Value, out var image) is { } fault)
                {
                    problems.Error(place, "CE3020", fault);
                    continue;
                }

                images.Add(name.Value, image!);
                if (images.Values.Sum(i => i.Data.Length) > LargestSet)
                {
                    problems.Error(place, "CE3021", $"with '{name.Value}' the pictures inside the message have more than {LargestSet / 1024} KiB; show some by an https address instead");
                }
            }
        }

        return [.. images.Values];
    }

    /// <summary>The text with every <c>cid:NAME</c> of these pictures as the content id it has in messages.</summary>
    public static string Name(string text, IReadOnlyList<MessageImage> images) =>
        ReferenceText().Replace(text, m => images.FirstOrDefault(i => i.Name == m.Groups["name"].Value) is { } image ? $"cid:{image.ContentId}" : m.Value);

    private string? Read(string name, out MessageImage? image)
    {
        image = null;
        if (name.Contains("..", StringComparison.Ordinal) || name.StartsWith('/'))
        {
            return $"'cid:{Shown.Text(name)}' leads out of templates/images/; name a picture inside it";
        }

        var path = Path.Combine(_root, name);
        try
        {
            if (!File.Exists(path))
            {
                return $"there is no picture templates/images/{name}{Suggestion.For(name, Names())}; put it there, or show it by an https address";
            }

            if (!Canonical.StaysInside(_root, path))
            {
                return $"templates/images/{name} is a symbolic link that leads out of templates/images/; copy the file into it";
            }

            var length = new FileInfo(path).Length;
            if (length > LargestImage)
            {
                return $"templates/images/{name} has {length / 1024:N0} KiB, and a picture inside a message at most {LargestImage / 1024}; make it smaller, or show it by an https address";
            }

            var data = File.ReadAllBytes(path);
            if (TypeOf(data) is not { } type)
            {
                return $"templates/images/{name} is no PNG, JPEG or GIF, which are all that mail programs show; convert it";
            }

            image = new MessageImage(name, type, data);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"templates/images/{name} cannot be read: {fault.Message}";
        }
    }

    private IEnumerable<string> Names() => Canonical.Files(_root, "*");

    private static string? TypeOf(ReadOnlySpan<byte> data) =>
        data.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : data.StartsWith("GIF8"u8) ? "image/gif" : null;

    [GeneratedRegex(@"(?<=[""'(=])\s*cid:(?<name>[A-Za-z0-9_/.-]+)", RegexOptions.IgnoreCase)]
    private static partial Regex ReferenceText();
}

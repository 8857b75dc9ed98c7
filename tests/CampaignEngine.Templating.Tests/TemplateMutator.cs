using System.Text;

namespace CampaignEngine.Templating.Tests;

/// <summary>Breaks templates at random: for the test that nothing crashes the engine, and for the long run of the benchmarks (<c>fuzz-templates</c>).</summary>
internal static class TemplateMutator
{
    // A mutated loop must end soon.
    public static readonly RenderLimits Limits = new() { Steps = 20_000, OutputBytes = 100_000, StringLength = 20_000, LoopIterations = 2_000, RangeSize = 2_000 };

    private static readonly string[] s_pieces =
    [
        "{{", "}}", "-}}", "~}}", "{{~", "{%{", "}%}", "(", ")", "[", "]", "{", "}", "$\"", "'", "\"", "`", "|", "|>", "??", "?.", "?!", "..", "..<", "@", "^", "do ", "end ", "if ", "else ", "else if ",
        "for x in ", "while ", "case ", "when ", "func f ", "func f(x, y = 1, z...) ", "ret ", "with ", "wrap ", "capture x ", "import ", "readonly ", "tablerow x in ", "include 'x' ", "this", "empty",
        "=", "==", "+=", "++", "--", "+", "-", "*", "/", "//", "%", "<<", ">>", "&&", "||", "!", "<", "<=", "#", "##", "\n", "\r\n", ";", ":", ",", ".", "0x", "0b", "1e", "1.5m", "99999999999", "1e308", "null",
        "true", "\0", "\ud800", "\udc00", "\u202e", "👩‍👩‍👧", "\\", "\\u", "\\x41", "<a href=\"", "<script>", "<!--", "<style>", "orders", "customer.first_name", "x", "$1", "$", "$$",
        "array.", "date.", "html.", "math.", "object.", "regex.", "string.", "timespan.", "| array.map 'a' ", "| string.replace 'a' 'b' ", "| regex.match '(a+)+$' ", "| object.eval ", "| string.pad_left 9999999 ", "1..1000000000",
    ];

    /// <summary>A piece of one seed, at most 600 characters, with one to seven insertions and deletions.</summary>
    public static string Mutate(IReadOnlyList<string> seeds, Random random)
    {
        var seed = seeds[random.Next(seeds.Count)];
        var from = seed.Length > 600 ? random.Next(seed.Length - 600) : 0;
        var text = new StringBuilder(random.Next(8) == 0 ? "{{ " : seed.Substring(from, Math.Min(600, seed.Length - from)));
        for (var k = random.Next(1, 8); k > 0; k--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0 or 1:
                    text.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                case 2 when at < text.Length:
                    text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                    break;
                default:
                    var other = seeds[random.Next(seeds.Count)];
                    var start = random.Next(other.Length);
                    text.Insert(at, other.AsSpan(start, Math.Min(random.Next(60), other.Length - start)));
                    break;
            }
        }

        return text.ToString();
    }
}

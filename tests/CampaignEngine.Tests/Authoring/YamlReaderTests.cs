using System.Diagnostics;
using System.Text;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tests.Authoring;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("", "x.yaml(1,1): error CE1013: the file is empty")]
    [InlineData("# only a comment\n", "x.yaml(1,1): error CE1013: the file is empty")]
    [InlineData("- a\n", "x.yaml(1,1): error CE1103: the file must hold keys with values, not a list")]
    [InlineData("a: 1\nb: !secret 2\n", "x.yaml(2,4): error CE1010: tags are not allowed: remove '!secret', or quote the text if it is meant literally")]
    [InlineData("a: !contacted\n", "x.yaml(1,4): error CE1010: tags are not allowed: remove '!contacted', or quote the text if it is meant literally")]
    [InlineData("a: !!python/object:os.system {}\n", "x.yaml(1,4): error CE1010: tags are not allowed: remove 'tag:yaml.org,2002:python/object:os.system', or quote the text if it is meant literally")]
    [InlineData("a: &x 1\n", "x.yaml(1,4): error CE1009: anchors are not allowed: remove '&x', or quote the text if it is meant literally")]
    [InlineData("a: 1\nb: *x\n", "x.yaml(2,4): error CE1009: aliases are not allowed: write the value out, or quote the text '*x' if it is meant literally")]
    [InlineData("a: 1\nb: 2\na: 3\n", "x.yaml(3,1): error CE1011: the key 'a' is written twice; the first is in line 1. Keep one")]
    [InlineData("? [a]\n: 2\n", "x.yaml(1,3): error CE1103: a key must be a single word, not a list; quote the value if the braces or brackets belong to a text")]
    [InlineData("a: 1\n---\nb: 2\n", "x.yaml(2,1): error CE1012: a second document starts here; write it into a file of its own")]
    [InlineData("a:\n\tb: 1\n", "x.yaml(2,1): error CE1005: a tab indents this line; YAML is indented with spaces")]
    [InlineData("a: x\0y\n", "x.yaml(1,5): error CE1004: the character NUL may not stand in this file; remove it")]
    [InlineData("a: x\u202Ey\n", "x.yaml(1,5): error CE1004: the character U+202E may not stand in this file; remove it, or write it as an escape in double quotes")]
    [InlineData("a: x\ry\n", "x.yaml(1,5): error CE1004: the character CR without LF may not stand in this file; remove it")]
    [InlineData("title: Tea: the best\n", "x.yaml(1,11): error CE1006: a colon followed by a space starts a value here, where none is possible; put the whole text in quotes, or check the indentation")]
    public void NamesPlaceFaultAndFix(string yaml, string expected)
    {
        var problems = new ProblemList();

        YamlReader.Read("x.yaml", Encoding.UTF8.GetBytes(yaml), problems);

        Assert.Equal([expected], problems.Items.Select(p => p.ToString()));
    }

    [Fact]
    public void ReportsUnbalancedBracketsOnce()
    {
        Assert.Single(Read("a: [1, 2\nb: {c\n").Problems.Items);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{a: ")]
    [InlineData("[{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("!a ")]
    [InlineData("&a ")]
    [InlineData("\"")]
    [InlineData("[\n")]
    [InlineData("{a:\n")]
    [InlineData("a: |\n")]
    public void SurvivesAHundredThousandOfTheSameSign(string sign)
    {
        var bytes = Encoding.UTF8.GetBytes("a: " + string.Concat(Enumerable.Repeat(sign, 100_000)));
        var watch = Stopwatch.StartNew();
        var problems = new ProblemList();

        YamlReader.Read("x.yaml", bytes, problems);

        Assert.InRange(problems.Items.Count, 1, 3);
        Assert.True(problems.HasErrors);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void StopsAtTheDepthLimitInsideShortLines()
    {
        var yaml = new StringBuilder();
        for (var depth = 0; depth < 60; depth++)
        {
            yaml.Append(' ', depth).Append("a:\n");
        }

        var (_, problems) = Read(yaml.ToString());

        Assert.Equal("x.yaml(33,33): error CE1007: values are nested deeper than 32 levels; check for a bracket that is never closed", Assert.Single(problems.Items).ToString());
    }

    [Fact]
    public void RefusesAnAliasBombWithoutExpandingIt()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (root, problems) = Read(bomb.ToString());

        Assert.Null(root);
        Assert.All(problems.Items, p => Assert.Equal("CE1009", p.Code));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void RefusesALineOfTenMegabytesAndAFileOfTwo()
    {
        var long10 = new ProblemList();
        YamlReader.Read("x.yaml", Encoding.UTF8.GetBytes("a: " + new string('x', 10_000_000)), long10, new YamlLimits { Bytes = 20_000_000 });
        var large = new ProblemList();
        YamlReader.Read("x.yaml", new byte[2_000_000], large);

        Assert.Equal("x.yaml(1,1): error CE1002: the line has 10,000,003 characters; at most 10,000 are read. Break it with '>-' or move it into a template",
            Assert.Single(long10.Items).ToString());
        Assert.Equal("x.yaml(1,1): error CE1001: the file has more than 1,048,576 bytes, which is all that is read; move data into the customer database and texts into templates/",
            Assert.Single(large.Items).ToString());
    }

    [Fact]
    public void RefusesMoreNodesThanTheLimit()
    {
        var (root, problems) = Read("a: [" + string.Join(",\n ", Enumerable.Repeat("1", 30_000)) + "]");

        Assert.Null(root);
        Assert.Equal("CE1008", Assert.Single(problems.Items).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x3A, 0x20, 0xC3, 0x28 }, "x.yaml(1,4): error CE1003: the bytes C3 are not UTF-8; save the file as UTF-8")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00 }, "x.yaml(1,1): error CE1003: the file is UTF-16; save it as UTF-8")]
    public void NamesTheEncodingFault(byte[] bytes, string expected)
    {
        var problems = new ProblemList();

        Assert.Null(YamlReader.Read("x.yaml", bytes, problems));
        Assert.Equal(expected, Assert.Single(problems.Items).ToString());
    }

    [Fact]
    public void ReadsAByteOrderMarkAndCrLfWithAWarningEach()
    {
        var (root, problems) = Read("\uFEFFa: 1\r\nb: two\r\n");

        Assert.NotNull(root);
        Assert.Equal("two", root.Text("b"));
        Assert.Equal(new Place("x.yaml", 2, 4), root.PlaceOf("b"));
        Assert.Equal(["CE1014", "CE1015"], problems.Items.Select(p => p.Code));
        Assert.False(problems.HasErrors);
    }

    [Theory]
    [InlineData("a: country = \"TW\"\n", "TW", 1, 15)]
    [InlineData("a: 'it''s x'\n", "x", 1, 11)]
    [InlineData("a: \"b \\\"TW\\\" x\"\n", "x", 1, 14)]
    [InlineData("a: >-\n  first line\n  second x\n", "x", 3, 10)]
    [InlineData("a: |\n    first line\n    second x\n", "x", 3, 12)]
    [InlineData("a:\n  - plain text\n    over x lines\n", "x lines", 3, 10)]
    [InlineData("a: \"quoted\n  over x lines\"\n", "x lines", 2, 8)]
    public void KnowsWhereEachCharacterOfATextStands(string yaml, string find, int line, int column)
    {
        var (root, _) = Read(yaml);
        var written = root!.Writtens("a").Single();

        var place = written.At(written.Text.IndexOf(find, StringComparison.Ordinal));

        Assert.Equal(new Place("x.yaml", line, column), place);
    }

    [Fact]
    public void NeverThrowsOnRandomBytes()
    {
        var random = new Random(7);
        const string signs = "ab:-?[]{},&*!|>'\"%@`#~<= \n\n  0";
        for (var round = 0; round < 5_000; round++)
        {
            var text = new string(Enumerable.Range(0, random.Next(1, 60)).Select(_ => signs[random.Next(signs.Length)]).ToArray());
            var (root, problems) = Read(text);

            Assert.True(root is not null || problems.HasErrors, text);
        }
    }

    private static (YamlMapping? Root, ProblemList Problems) Read(string yaml)
    {
        var problems = new ProblemList();
        return (YamlReader.Read("x.yaml", Encoding.UTF8.GetBytes(yaml), problems), problems);
    }
}

using System.Text;
using CampaignEngine.Customers.Import;

namespace CampaignEngine.Tests.Customers.Import;

public sealed class RecordReaderTests
{
    private static readonly ImportLimits Small = new() { RecordLength = 100_000 };

    [Theory]
    [InlineData("a,b\n1,2\n3,4\n", "2:1,2 3:3,4", "")]
    [InlineData("a,b\r\n1,2\r\n3,4", "2:1,2 3:3,4", "")]
    [InlineData("a,b\r1,2\r3,4\r", "2:1,2 3:3,4", "")]
    [InlineData("a,b\n\n1,2\n \n3,4\n", "3:1,2 5:3,4", "")]
    [InlineData("a,b\n\"x\ny\",2\n3,4\n", "2:x\ny,2 4:3,4", "")]
    [InlineData("a,b\n\"x\"\"y\",\"\"\n", "2:x\"y,", "")]
    [InlineData("a,b\n \"x,y\" ,2\n", "2:x,y,2", "")]
    [InlineData("a,b\n1\"2,3\n4,5\n", "3:4,5", "2:a quote inside an unquoted field at position 2")]
    [InlineData("a,b\n\"1,2\n3,4\n", "3:3,4", "2:the quote opened at position 1 is never closed")]
    [InlineData("a,b\n\"1,2\n\"3\",4\n", "3:3,4", "2:text after the closing quote at position 6")]
    [InlineData("a,b\n\"1\"x,2\n3,4\n", "3:3,4", "2:text after the closing quote at position 3")]
    [InlineData("a,b\n1,\0\n3,4\n", "3:3,4", "2:a NUL character at position 3")]
    [InlineData("a,b\n1\n1,2,3\n3,4\n", "4:3,4", "2:1 columns where the header has 2|3:3 columns where the header has 2")]
    [InlineData("a,b\n\"1\n\n2\n3,4\n", "4:never,4", "2:the quote opened at position 1 is never closed|4:1 columns where the header has 2")]
    public void BrokenRecordsCostTheirOwnLineOnly(string text, string records, string rejects)
    {
        records = records.Replace("4:never,4", "5:3,4", StringComparison.Ordinal);
        foreach (var piece in (int[])[1, 2, 3, 7, 100_000])
        {
            var (read, rejected) = Read(text, piece, Small);
            Assert.Equal(records, string.Join(' ', read));
            Assert.Equal(rejects, string.Join('|', rejected));
        }
    }

    [Fact]
    public void LinesBeyondTheLimitAreSkippedWithoutBeingKept()
    {
        var text = $"a,b\n1,{new string('x', 10_000_000)}\n3,4\n";

        var (read, rejected) = Read(text, 4096, Small);

        Assert.Equal(["3:3,4"], read);
        Assert.Equal(["2:the line is longer than 100000 characters"], rejected);
    }

    [Fact]
    public void AMillionColumnsAreOneReject()
    {
        var (read, rejected) = Read($"a,b\n{new string(',', 1_000_000)}\n3,4\n", 65_536, new ImportLimits { RecordLength = 2_000_000 });

        Assert.Equal(["3:3,4"], read);
        Assert.Equal(["2:1000001 columns where the header has 2"], rejected);
    }

    [Fact]
    public void AMillionColumnsInTheHeaderStopTheImport()
    {
        var fault = Assert.Throws<ImportFailedException>(() => Read($"{new string(',', 900_000)}\n3,4\n", 65_536, new ImportLimits()));

        Assert.Equal("the header has 900001 columns; at most 2000 are read", fault.Message);
    }

    [Fact]
    public void ManyLoneQuotesCostLinearTime()
    {
        StringBuilder text = new("a,b\n");
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(i % 2 == 0 ? "\"lone,1\n" : "x,2\n");
        }

        var (read, rejected) = Read(text.ToString(), 65_536, Small);

        Assert.Equal(10_000, read.Count);
        Assert.Equal(10_000, rejected.Count);
    }

    [Fact]
    public void RecordNumbersCountRejectedRecords()
    {
        using CsvRecords records = new(new StringReader("a,b\n1,2\nbad\n\0,\n5,6\n"), new SourceFormat(), Small, (_, _, _) => { });
        List<long> numbers = [];
        while (records.Read())
        {
            numbers.Add(records.Record);
        }

        Assert.Equal([1, 4], numbers);
        Assert.Equal(4, records.Found);
    }

    [Fact]
    public void OtherQuotesAndSeparatorsAreUnderstood()
    {
        SourceFormat format = new() { Separator = ';', Quote = '\'' };
        using CsvRecords records = new(new StringReader("a;b\n'x;y';\"z\n"), format, Small, (_, reason, _) => Assert.Fail(reason));

        Assert.True(records.Read());
        Assert.Equal(["x;y", "\"z"], records.Cells);
    }

    [Fact]
    public void WithoutQuotesEveryCharacterIsText()
    {
        SourceFormat format = new() { Separator = '\t', Quote = null };
        using CsvRecords records = new(new StringReader("a\tb\n5\" nail\t\"\n"), format, Small, (_, reason, _) => Assert.Fail(reason));

        Assert.True(records.Read());
        Assert.Equal(["5\" nail", "\""], records.Cells);
    }

    private static (List<string> Read, List<string> Rejected) Read(string text, int piece, ImportLimits limits)
    {
        List<string> read = [];
        List<string> rejected = [];
        using CsvRecords records = new(new Pieces(text, piece), new SourceFormat(), limits, (line, reason, _) => rejected.Add($"{line}:{reason}"));
        while (records.Read())
        {
            read.Add($"{records.Line}:{string.Join(',', records.Cells)}");
        }

        return (read, rejected);
    }

    /// <summary>Gives its text a few characters at a time, as a slow source does.</summary>
    private sealed class Pieces(string text, int piece) : TextReader
    {
        private int _at;

        public override int Read(char[] buffer, int index, int count)
        {
            var take = Math.Min(Math.Min(piece, count), text.Length - _at);
            text.CopyTo(_at, buffer, index, take);
            _at += take;
            return take;
        }
    }
}

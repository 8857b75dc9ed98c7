using System.IO.Compression;
using System.Text;
using CampaignEngine.Customers.Import;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Customers.Import;

public sealed class SourceFileTests : IDisposable
{
    private readonly TempDirectory _folder = new("src");

    [Theory]
    [InlineData("utf-8", "utf-8", false)]
    [InlineData("utf-8", "utf-8", true)]
    [InlineData("utf-16", "utf-16", true)]
    [InlineData("utf-8", "utf-16", true)]
    [InlineData("utf-8", "utf-16BE", true)]
    [InlineData("latin1", "latin1", false)]
    public void EncodingsAreReadPlainAndPacked(string stated, string written, bool mark)
    {
        var encoding = Encoding.GetEncoding(written);
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes("name\nJosé Ærø\n")];
        foreach (var path in (string[])[Write("plain.csv", bytes), Write("packed.csv", Pack(bytes))])
        {
            using var file = SourceFile.Open(path, new SourceFormat { Encoding = stated }, new ImportLimits());
            Assert.Equal("name\nJosé Ærø\n", file.Text.ReadToEnd());
        }
    }

    [Fact]
    public void Windows1252KnowsTheEuro()
    {
        using var file = SourceFile.Open(Write("euro.csv", [0x80, 0x93]), new SourceFormat { Encoding = "windows-1252" }, new ImportLimits());

        Assert.Equal("€“", file.Text.ReadToEnd());
    }

    [Fact]
    public void LinesOfAnotherEncodingAreRejectedAndTheFileGoesOn()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes("a,b\nJosé,1\n"), .. Encoding.Latin1.GetBytes("José,2\n"), .. Encoding.UTF8.GetBytes("Zoë,3\n")];
        List<string> rejects = [];
        using var file = SourceFile.Open(Write("mixed.csv", bytes), new SourceFormat(), new ImportLimits());
        using CsvRecords records = new(file.Text, new SourceFormat(), new ImportLimits(), (line, reason, _) => rejects.Add($"{line}: {reason}"));

        Assert.True(records.Read());
        Assert.True(records.Read());
        Assert.Equal(["Zoë", "3"], records.Cells);
        Assert.False(records.Read());
        Assert.Equal(["3: bytes at position 4 that are no utf-8"], rejects);
    }

    [Fact]
    public void APackCutAnywhereIsAnError()
    {
        var whole = Pack(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 3000))));
        for (var length = 11; length < whole.Length; length += length < whole.Length - 40 ? 97 : 1)
        {
            var path = Write("cut.csv.gz", whole[..length]);
            var fault = Record.Exception(() =>
            {
                using var cut = SourceFile.Open(path, new SourceFormat(), new ImportLimits());
                cut.Text.ReadToEnd();
            });
            Assert.Equal($"{_folder["cut.csv.gz"]} is a broken gzip file: it ends too early; nothing was imported. Fetch it again", fault?.Message);
        }
    }

    [Fact]
    public void PacksOfSeveralMembersAndWithPaddingAreWhole()
    {
        byte[] two = [.. Pack("a\n1\n"u8.ToArray()), .. Pack("2\n"u8.ToArray()), .. new byte[512]];
        using var file = SourceFile.Open(Write("two.csv.gz", two), new SourceFormat(), new ImportLimits());

        Assert.Equal("a\n1\n2\n", file.Text.ReadToEnd());
    }

    [Fact]
    public void APackThatUnpacksForEverIsStopped()
    {
        var path = Write("bomb.csv.gz", Pack(new byte[64 * 1024 * 1024]));
        using var file = SourceFile.Open(path, new SourceFormat(), new ImportLimits());
        var buffer = new char[65_536];

        var fault = Assert.Throws<ImportFailedException>(() =>
        {
            while (file.Text.Read(buffer, 0, buffer.Length) > 0)
            {
                // Until the bound stops it.
            }
        });
        Assert.Equal($"{path} unpacks to more than 300 times its size, as no table does; nothing was imported. Unpack it yourself if it is genuine", fault.Message);
    }

    [Fact]
    public void ASpreadsheetIsNamedAsSuch()
    {
        var fault = Assert.Throws<ImportFailedException>(() => SourceFile.Open(Write("x.csv", [.. "PK"u8, 3, 4, 0]), new SourceFormat(), new ImportLimits()));

        Assert.Equal($"{_folder["x.csv"]} is a zip archive or a spreadsheet, not CSV; unpack it or save it as CSV first", fault.Message);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Pack(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }
}

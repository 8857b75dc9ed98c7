using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Documents;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Reporting.Pages;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Documents;

public sealed partial class ReportDocumentTests(PastCampaignFixture fixture) : IClassFixture<PastCampaignFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CampaignReports Reports => new CampaignEngineServices(fixture.WorkspaceDirectory, EngineSettings.Default, Models.Crm, fixture.Database, TimeProvider.System).Reports;

    [Fact]
    public async Task APdfHoldsThePagesFiguresWithEveryObjectWhereItsTableSays()
    {
        var fonts = new ReportFonts(fixture.WorkspaceDirectory, null);
        Assert.SkipWhen(fonts.Text(new ProblemList()) is null, "this machine has no font");
        var problems = new ProblemList();
        var written = await Reports.DocumentAsync("summer-2008", DateTimeOffset.UtcNow, fonts, problems, Cancel);
        Assert.Empty(problems.Items);
        Assert.Equal("", written!.Missing);
        var pdf = Encoding.Latin1.GetString(written.Pdf);
        var table = int.Parse(StartXref().Match(pdf).Groups[1].Value, CultureInfo.InvariantCulture);
        var places = TableLine().Matches(pdf[table..]).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.True(places.Count > 8);
        for (var i = 0; i < places.Count; i++)
        {
            Assert.StartsWith($"{i + 1} 0 obj\n", pdf[places[i]..], StringComparison.Ordinal);
        }

        var pages = Contents(written.Pdf, pdf).Where(s => s.Contains(" Tj", StringComparison.Ordinal)).ToList();
        Assert.True(pages.Count >= 2, $"{pages.Count} pages");
        Assert.Contains(pages, p => p.Contains(" re f", StringComparison.Ordinal));
        Assert.Contains("/FontFile", pdf, StringComparison.Ordinal);
        Assert.True(written.Pdf.Length < 400_000, $"{written.Pdf.Length} bytes: unused outlines are still in the font");
    }

    [Fact]
    public async Task WithoutAFontOneErrorSaysWhatToDo()
    {
        using var empty = new TempDirectory("fonts");
        var problems = new ProblemList();
        Assert.Null(await Reports.DocumentAsync("summer-2008", DateTimeOffset.UtcNow, new ReportFonts(empty.FullName, null, [empty.FullName]), problems, Cancel));
        Assert.Equal(
            $"engine.yaml(1,1): error CE5108: no font for a PDF was found below {empty.FullName}; install one (on Debian: fonts-dejavu-core), or write 'reports: {{ font: FILE }}' with a TrueType or OpenType file",
            Assert.Single(problems.Items).ToString());

        problems = new ProblemList();
        empty.Write("no.ttf", "true but no font");
        Assert.Null(new ReportFonts(empty.FullName, "no.ttf").Text(problems));
        Assert.Contains("'no.ttf' is not there, is no TrueType or OpenType font, or may not be embedded", Assert.Single(problems.Items).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenFontIsNoFontAndBreaksNothing()
    {
        var source = FontFinder.SystemFolders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*.ttf", SearchOption.AllDirectories)).FirstOrDefault();
        Assert.SkipWhen(source is null, "this machine has no font");
        using var folder = new TempDirectory("fonts");
        var (bytes, random) = (File.ReadAllBytes(source), new Random(3));
        for (var i = 0; i < 60; i++)
        {
            var broken = bytes[..random.Next(bytes.Length)];
            for (var k = 0; k < 20 && broken.Length > 0; k++)
            {
                broken[random.Next(Math.Min(broken.Length, 4000))] = (byte)random.Next(256);
            }

            var path = Path.Combine(folder.FullName, "broken.ttf");
            File.WriteAllBytes(path, broken);
            FontFile.Open(path);
        }
    }

    [Fact]
    public void PaperHasTheColoursOfTheStyleSheetForPrint()
    {
        using var stream = typeof(CampaignReports).Assembly.GetManifestResourceStream("CampaignEngine.Reporting.Pages.report.css")!;
        var print = PrintColours().Match(new StreamReader(stream).ReadToEnd()).Groups[1].Value;
        foreach (var name in (string[])["s1", "s2", "s3", "track", "grid"])
        {
            var hex = Regex.Match(print, $"--{name}: #([0-9a-f]+);").Groups[1].Value;
            hex = hex.Length == 3 ? string.Concat(hex.Select(c => $"{c}{c}")) : hex;
            Assert.Equal(Colour.Of(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)), PrintedStyle.Of($"{name} fill").Colour);
        }
    }

    private static IEnumerable<string> Contents(byte[] bytes, string pdf)
    {
        foreach (Match stream in Stream().Matches(pdf))
        {
            using var inflate = new ZLibStream(new MemoryStream(bytes, stream.Index + stream.Length, int.Parse(stream.Groups[1].Value, CultureInfo.InvariantCulture)), CompressionMode.Decompress);
            using var reader = new StreamReader(inflate, Encoding.Latin1);
            yield return reader.ReadToEnd();
        }
    }

    [GeneratedRegex("startxref\n([0-9]+)\n")]
    private static partial Regex StartXref();

    [GeneratedRegex("([0-9]{10}) 00000 n ")]
    private static partial Regex TableLine();

    [GeneratedRegex(@"<< /Length ([0-9]+)[^>]*>>\nstream\n")]
    private static partial Regex Stream();

    [GeneratedRegex(@"@media print \{\s*:root \{([^}]*)\}")]
    private static partial Regex PrintColours();
}

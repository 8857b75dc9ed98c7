using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CampaignEngine.Mail.Stored;
using CampaignEngine.Testing;

namespace CampaignEngine.Mail.Tests.Stored;

public sealed class MailFilesTests : IDisposable
{
    private readonly TempDirectory _folder = new("mails");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnMboxIsSplitWhereAMessageBeginsAndNowhereElse()
    {
        var path = Write("box", "From a@b.test Thu Apr 29 23:34:45 2027\nSubject: one\n\nFrom here on I write at 10:30 sharp\n\nFrom my window, too\n>From the start\n>>From it\n\nFrom c@d.test Thu Apr 29 23:34:46 2027\r\nSubject: two\r\n\r\nlast");

        Assert.Equal(
            ["box 1 Subject: one\n\nFrom here on I write at 10:30 sharp\n\nFrom my window, too\nFrom the start\n>From it\n\n", "box 2 Subject: two\r\n\r\nlast"],
            await ReadAsync(path));
    }

    [Fact]
    public async Task AFileThatIsNoMboxIsOneMessage()
    {
        var path = Write("one.eml", "Subject: one\n\nx\n\nFrom a@b.test Thu Apr 29 23:34:45 2027\ny");
        Assert.Single(await ReadAsync(path));
    }

    [Fact]
    public async Task FoldersArchivesAndGzipAreReadInTheOrderOfNames()
    {
        Write("b/new/2", "Subject: two");
        Write("a.eml", "Subject: one");
        using (var packed = new GZipStream(File.Create(Path.Combine(_folder.FullName, "c.eml.gz")), CompressionLevel.Fastest))
        {
            packed.Write("Subject: three"u8);
        }

        await using (var tar = new TarWriter(new GZipStream(File.Create(Path.Combine(_folder.FullName, "d.tar.gz")), CompressionLevel.Fastest)))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "x/4.eml") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes("Subject: four")) }, Cancellation);
        }

        Write("empty", "");
        Assert.Equal(["a.eml 1 Subject: one", "b/new/2 1 Subject: two", "c.eml.gz 1 Subject: three", "d.tar.gz/x/4.eml 1 Subject: four"], await ReadAsync(_folder.FullName));
    }

    [Fact]
    public async Task ADamagedArchiveIsNamed()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "bad.gz"), [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(_folder.FullName));
        Assert.StartsWith("bad.gz is damaged: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHugeMboxIsReadInFlatMemory()
    {
        // 300 MiB: messages of usual size, one of 40 MiB in a single line, and no line end at the end.
        var path = Path.Combine(_folder.FullName, "huge");
        var line = Encoding.ASCII.GetBytes(new string('x', 75) + "\n");
        await using (var file = new BufferedStream(File.Create(path), 1 << 20))
        {
            for (var i = 0; i < 26_000; i++)
            {
                file.Write("From a@b.test Thu Apr 29 23:34:45 2027\nSubject: x\n\n"u8);
                for (var k = 0; k < (i == 7 ? 0 : 130); k++)
                {
                    file.Write(line);
                }

                if (i == 7)
                {
                    file.Write(new byte[40 * 1024 * 1024]);
                }

                file.Write("\n\n"u8);
            }
        }

        var (mails, cut, before, most) = (0, 0, GC.GetTotalMemory(forceFullCollection: true), 0L);
        await foreach (var mail in MailFiles.ReadAsync(path, Cancellation))
        {
            mails++;
            cut += mail.IsCut ? 1 : 0;
            if (mails % 1000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal((26_000, 1), (mails, cut));
        Assert.InRange(most, long.MinValue, 64 * 1024 * 1024);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<List<string>> ReadAsync(string path)
    {
        var mails = new List<string>();
        await foreach (var mail in MailFiles.ReadAsync(path, Cancellation))
        {
            mails.Add($"{mail.File} {mail.Number} {Encoding.UTF8.GetString(mail.Data.Span)}");
        }

        return mails;
    }
}

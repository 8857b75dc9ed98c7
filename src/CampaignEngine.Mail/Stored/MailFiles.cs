using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace CampaignEngine.Mail.Stored;

/// <summary>
/// Stored mail as a stream of messages: single files, folders (also Maildir), mbox files of any length, each also gzip, and tar archives. Memory stays flat: one message
/// at a time, cut at <see cref="LargestMessage"/>.
/// </summary>
public static class MailFiles
{
    /// <summary>Bytes kept of one message. What lies beyond is read over.</summary>
    public const int LargestMessage = 16 * 1024 * 1024;

    private const int TarMagicAt = 257;
    private const int HeadLength = TarMagicAt + 5;

    /// <param name="path">A file or a folder; folders are read with all that lies below, in the order of names.</param>
    /// <exception cref="IOException">A file cannot be read; the message names it.</exception>
    /// <exception cref="InvalidDataException">A gzip file or an archive is damaged; the message names it. What was read before stands.</exception>
    public static async IAsyncEnumerable<StoredMail> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            await foreach (var mail in FileAsync(path, Path.GetFileName(path), cancellationToken))
            {
                yield return mail;
            }

            yield break;
        }

        // Links are not followed: a folder may be linked below itself.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        foreach (var file in Directory.EnumerateFiles(path, "*", all).Order(StringComparer.Ordinal))
        {
            await foreach (var mail in FileAsync(file, Path.GetRelativePath(path, file).Replace('\\', '/'), cancellationToken))
            {
                yield return mail;
            }
        }
    }

    private static async IAsyncEnumerable<StoredMail> FileAsync(string path, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var (head, whole) = await HeadAsync(file, cancellationToken);
        await using var plain = head is [0x1f, 0x8b, ..] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
        (head, whole) = head is [0x1f, 0x8b, ..] ? await NamingAsync(name, () => HeadAsync(plain, cancellationToken)) : (head, plain);
        var mails = IsTar(head) ? ArchiveAsync(whole, name, cancellationToken) : MessagesAsync(whole, name, cancellationToken);
        await using var each = mails.GetAsyncEnumerator(cancellationToken);
        while (await NamingAsync(name, () => each.MoveNextAsync().AsTask()))
        {
            yield return each.Current;
        }
    }

    private static async IAsyncEnumerable<StoredMail> ArchiveAsync(Stream archive, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is not { } data)
            {
                continue;
            }

            await foreach (var mail in MessagesAsync(data, $"{name}/{entry.Name}", cancellationToken))
            {
                yield return mail;
            }
        }
    }

    private static async IAsyncEnumerable<StoredMail> MessagesAsync(Stream stream, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var (data, cut) in MboxReader.ReadAsync(stream, LargestMessage, cancellationToken))
        {
            yield return new StoredMail { File = name, Number = ++number, Data = data, IsCut = cut };
        }
    }

    private static bool IsTar(ReadOnlySpan<byte> head) => head.Length == HeadLength && head[TarMagicAt..].SequenceEqual("ustar"u8);

    /// <summary>The first bytes, and a stream that still begins with them.</summary>
    private static async Task<(byte[] Head, Stream Whole)> HeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[HeadLength];
        head = head[..await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken)];
        return (head, new PrefixedStream(head, stream));
    }

    private static async Task<T> NamingAsync<T>(string name, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{name} is damaged: {damage.Message}", damage);
        }
    }
}

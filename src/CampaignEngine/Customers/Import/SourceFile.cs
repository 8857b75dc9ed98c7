using System.IO.Compression;
using System.Text;

namespace CampaignEngine.Customers.Import;

/// <summary>An opened source: unpacked when its content is gzip, decoded, with its place in the file for the progress bar.</summary>
internal sealed class SourceFile : IDisposable
{
    private readonly FileStream _file;

    private SourceFile(FileStream file, TextReader text)
    {
        _file = file;
        Text = text;
        Length = file.Length;
    }

    public TextReader Text { get; }

    /// <summary>Bytes on disk, packed.</summary>
    public long Length { get; }

    /// <summary>Bytes read from disk so far, packed.</summary>
    public long Position => _file.Position;

    public static SourceFile Open(string path, SourceFormat format, ImportLimits limits)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ImportFailedException($"{path} cannot be read: {e.Message}", e) { InvalidInput = true };
        }

        try
        {
            Span<byte> head = stackalloc byte[4];
            var known = file.ReadAtLeast(head, 4, throwOnEndOfStream: false);
            file.Position = 0;
            Stream content = file;
            if (known >= 2 && head[0] == 0x1f && head[1] == 0x8b)
            {
                content = new BoundedUnpacking(path, file, limits);
            }
            else if (known == 4 && head is [(byte)'P', (byte)'K', 3, 4])
            {
                throw new ImportFailedException($"{path} is a zip archive or a spreadsheet, not CSV; unpack it or save it as CSV first") { InvalidInput = true };
            }

            var mark = content == file ? head[..known] : UnpackedHead(path, file, limits);
            return new SourceFile(file, new StreamReader(content, ByOrderMark(mark, format), detectEncodingFromByteOrderMarks: false, 1 << 16));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // StreamReader's own detection would take a decoder that hides undecodable bytes, so the mark is judged here.
    private static Encoding ByOrderMark(ReadOnlySpan<byte> head, SourceFormat format) => head switch
    {
        [0xFF, 0xFE, ..] => (format with { Encoding = "utf-16" }).Decoding(),
        [0xFE, 0xFF, ..] => (format with { Encoding = "utf-16be" }).Decoding(),
        [0xEF, 0xBB, 0xBF, ..] => (format with { Encoding = "utf-8" }).Decoding(),
        _ => format.Decoding(),
    };

    private static byte[] UnpackedHead(string path, FileStream file, ImportLimits limits)
    {
        var head = new byte[4];
        using BoundedUnpacking unpacking = new(path, file, limits);
        var count = unpacking.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return head[..count];
    }

    public void Dispose()
    {
        Text.Dispose();
        _file.Dispose();
    }

    /// <summary>gzip whose promise of content is not believed: bytes and ratio are bounded, a cut-off end is an error.</summary>
    private sealed class BoundedUnpacking(string path, FileStream packed, ImportLimits limits) : Stream
    {
        private const long RatioCountsFrom = 16 * 1024 * 1024;
        private readonly GZipStream _unpacking = new(packed, CompressionMode.Decompress, leaveOpen: true);
        private long _unpacked;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _unpacked;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int count;
            try
            {
                count = _unpacking.Read(buffer);
            }
            catch (InvalidDataException e)
            {
                throw new ImportFailedException($"{path} is a broken gzip file ({e.Message.TrimEnd('.')}); nothing was imported. Fetch it again", e) { InvalidInput = true };
            }

            _unpacked += count;
            if (_unpacked > limits.UnpackedBytes)
            {
                throw new ImportFailedException($"{path} unpacks to more than {limits.UnpackedBytes:N0} bytes; nothing was imported") { InvalidInput = true };
            }

            if (_unpacked > RatioCountsFrom && _unpacked / Math.Max(1, packed.Position) > limits.UnpackRatio)
            {
                throw new ImportFailedException(
                    $"{path} unpacks to more than {limits.UnpackRatio} times its size, as no table does; nothing was imported. Unpack it yourself if it is genuine")
                { InvalidInput = true };
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _unpacking.Dispose();
            base.Dispose(disposing);
        }
    }
}

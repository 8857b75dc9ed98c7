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
    private sealed class BoundedUnpacking : Stream
    {
        private const long RatioCountsFrom = 16 * 1024 * 1024;
        private readonly string _path;
        private readonly FileStream _packed;
        private readonly ImportLimits _limits;
        private readonly EndProbe _probe;
        private readonly GZipStream _unpacking;
        private long _unpacked;

        public BoundedUnpacking(string path, FileStream packed, ImportLimits limits)
        {
            (_path, _packed, _limits) = (path, packed, limits);
            _probe = new EndProbe(packed);
            _unpacking = new GZipStream(_probe, CompressionMode.Decompress, leaveOpen: true);
        }

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
                throw Broken(_probe.Begun ? "it ends too early" : e.Message.TrimEnd('.'), e);
            }

            if (count > 0 && _probe.Begun)
            {
                throw Broken("it ends too early", null);
            }

            _unpacked += count;
            if (_unpacked > _limits.UnpackedBytes)
            {
                throw new ImportFailedException($"{_path} unpacks to more than {_limits.UnpackedBytes:N0} bytes; nothing was imported") { InvalidInput = true };
            }

            if (_unpacked > RatioCountsFrom && _unpacked / Math.Max(1, _packed.Position) > _limits.UnpackRatio)
            {
                throw new ImportFailedException(
                    $"{_path} unpacks to more than {_limits.UnpackRatio} times its size, as no table does; nothing was imported. Unpack it yourself if it is genuine")
                { InvalidInput = true };
            }

            return count;
        }

        private ImportFailedException Broken(string fault, Exception? cause) =>
            new($"{_path} is a broken gzip file: {fault}; nothing was imported. Fetch it again", cause ?? new InvalidDataException(fault)) { InvalidInput = true };

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

    /// <summary>
    /// The unpacker takes the end of a cut-off file for the end of its content. Behind the end it therefore gets zeros once: a whole file
    /// is followed by anything without harm, a cut-off one goes on unpacking them or finds them invalid.
    /// </summary>
    private sealed class EndProbe(FileStream packed) : Stream
    {
        private const int Zeros = 8192;
        private int _given;

        /// <summary>All bytes of the file have been taken, and more were asked for.</summary>
        public bool Begun => _given > 0;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var count = packed.Read(buffer);
            if (count == 0 && _given < Zeros)
            {
                count = Math.Min(buffer.Length, Zeros - _given);
                buffer[..count].Clear();
                _given += count;
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
    }
}

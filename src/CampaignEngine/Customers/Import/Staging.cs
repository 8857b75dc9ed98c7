using System.Buffers.Binary;
using System.Threading.Channels;
using Npgsql;

namespace CampaignEngine.Customers.Import;

/// <summary>Sends filled buffers to the staging tables while the next ones are being filled; few are under way at any time.</summary>
internal sealed class Staging(NpgsqlConnection connection)
{
    private const int UnderWay = 6;
    private static readonly byte[] Head = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private readonly Channel<(string Copy, CopyBuffer Buffer)> _full = Channel.CreateBounded<(string, CopyBuffer)>(UnderWay);
    private readonly Channel<CopyBuffer> _free = Channel.CreateUnbounded<CopyBuffer>();

    /// <summary>Hands over a buffer and returns an empty one.</summary>
    public async ValueTask<CopyBuffer> SendAsync(string copy, CopyBuffer buffer, CancellationToken cancellationToken)
    {
        await _full.Writer.WriteAsync((copy, buffer), cancellationToken);
        if (!_free.Reader.TryRead(out var next))
        {
            return new CopyBuffer();
        }

        next.Length = 0;
        return next;
    }

    public void Complete() => _full.Writer.TryComplete();

    /// <summary>Copies until <see cref="Complete"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (copy, buffer) in _full.Reader.ReadAllAsync(cancellationToken))
            {
                await using (var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken))
                {
                    await stream.WriteAsync(Head, cancellationToken);
                    await stream.WriteAsync(buffer.Memory, cancellationToken);
                    await stream.WriteAsync(Tail(), cancellationToken);
                }

                _free.Writer.TryWrite(buffer);
            }
        }
        catch (Exception e)
        {
            _full.Writer.TryComplete(e);
            throw;
        }
    }

    private static byte[] Tail()
    {
        var tail = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(tail, -1);
        return tail;
    }
}

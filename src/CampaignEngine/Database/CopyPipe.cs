using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Npgsql;

namespace CampaignEngine.Database;

/// <summary>Sends filled buffers to their tables while the next ones are being filled; few are under way at any time. It alone uses the connection while <see cref="RunAsync"/> runs.</summary>
internal sealed class CopyPipe(NpgsqlConnection connection)
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

    /// <summary>Copies what <paramref name="fill"/> sends while it goes on; ends when both have ended. A fault of either stops the other.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> fill, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copying = Task.Run(() => CopyAsync(stop.Token), stop.Token);
        try
        {
            await fill(stop.Token);
            _full.Writer.TryComplete();
            await copying;
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
        finally
        {
            _full.Writer.TryComplete();
            if (!copying.IsCompleted)
            {
                await stop.CancelAsync();
                await copying.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private async Task CopyAsync(CancellationToken cancellationToken)
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

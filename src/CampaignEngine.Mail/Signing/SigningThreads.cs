using System.Buffers;

namespace CampaignEngine.Mail.Signing;

/// <summary>
/// Signs on threads of its own, so that the threads that serve connections never wait for arithmetic: one RSA-2048 signature takes as long as
/// many whole messages. Threads start with the first message and end when there is nothing to do.
/// </summary>
/// <param name="most">Threads at most; more than the machine has cores only gets in the way.</param>
public sealed class SigningThreads(int most, TimeProvider time)
{
    private static readonly TimeSpan IdleEnd = TimeSpan.FromSeconds(5);

    // Monitor rather than Lock, because threads wait on it.
    private readonly object _gate = new();
    private readonly Queue<Work> _waiting = new();
    private int _running;
    private int _idle;

    /// <summary>
    /// Appends the signature header and then the message to <paramref name="output"/>. Neither may be touched until the task is done.
    /// </summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key cannot sign.</exception>
    public Task SignAsync(DkimKey key, ReadOnlyMemory<byte> message, IBufferWriter<byte> output)
    {
        var work = new Work(key, message, output);
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (_idle < _waiting.Count && _running < most)
            {
                _running++;
                new Thread(Run) { IsBackground = true, Name = "signing" }.Start();
            }
            else
            {
                Monitor.Pulse(_gate);
            }
        }

        return work.Task;
    }

    private void Run()
    {
        var signers = new Dictionary<DkimKey, DkimSigner>();
        try
        {
            while (Take() is { } work)
            {
                Sign(work, signers);
            }
        }
        finally
        {
            foreach (var signer in signers.Values)
            {
                signer.Dispose();
            }
        }
    }

    // Null ends the thread. That is decided under the gate, so no message arrives between the last look and the end of the last thread.
    private Work? Take()
    {
        lock (_gate)
        {
            _idle++;
            while (_waiting.Count == 0 && Monitor.Wait(_gate, IdleEnd))
            {
                // Another thread may have been faster.
            }

            _idle--;
            if (_waiting.TryDequeue(out var work))
            {
                return work;
            }

            _running--;
            return null;
        }
    }

    private void Sign(Work work, Dictionary<DkimKey, DkimSigner> signers)
    {
        try
        {
            if (!signers.TryGetValue(work.Key, out var signer))
            {
                signers[work.Key] = signer = new DkimSigner(work.Key, time);
            }

            signer.WriteSignature(work.Message.Span, work.Output);
            work.Output.Write(work.Message.Span);
            work.SetResult();
        }
#pragma warning disable CA1031 // Whatever it is belongs to the one who asked; the thread serves others, too.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            work.SetException(fault);
        }
    }

    private sealed class Work(DkimKey key, ReadOnlyMemory<byte> message, IBufferWriter<byte> output) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public DkimKey Key => key;

        public ReadOnlyMemory<byte> Message => message;

        public IBufferWriter<byte> Output => output;
    }
}

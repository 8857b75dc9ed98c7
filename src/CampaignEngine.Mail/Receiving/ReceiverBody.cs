using System.Buffers;
using System.Globalization;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>How the taking of a message, or of a part of it, ended.</summary>
internal enum BodyState
{
    Complete,
    /// <summary>A chunk that is not the last.</summary>
    Partial,
    TooLarge,
    /// <summary>So much too large, or of such a form, that the connection ends.</summary>
    Hopeless,
    ClientLeft,
}

/// <summary>Takes messages off the wire: after DATA up to the one true terminator, or chunk by chunk after BDAT (RFC 3030).</summary>
internal sealed class ReceiverBody(SmtpReceiverOptions options, ReceiverWire wire)
{
    private readonly ArrayBufferWriter<byte> _chunks = new();
    private long _chunked;

    /// <summary>BDAT has begun and not ended.</summary>
    public bool IsChunking { get; private set; }

    /// <summary>The message, when complete; valid until more is read.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Why it is hopeless, for the client.</summary>
    public SmtpReply Fault { get; private set; }

    public void Reset()
    {
        (IsChunking, _chunked) = (false, 0);
        _chunks.ResetWrittenCount();
    }

    public async ValueTask<BodyState> ReadDataAsync()
    {
        var scanner = wire.NewScanner();
        long discarded = 0;
        while (true)
        {
            var state = wire.Scan(ref scanner);
            if (scanner.Length > options.LargestMessage)
            {
                discarded += scanner.Length;
                scanner.Discard();
            }

            switch (state)
            {
                case ScanState.Complete:
                    Message = wire.Found(scanner);
                    return discarded > 0 ? BodyState.TooLarge : BodyState.Complete;
                case ScanState.More when discarded > options.LargestMessage:
                    return Hopeless(552, "5.3.4", "message far too large");
                case ScanState.More:
                    break;
                default:
                    return Hopeless(550, state == ScanState.LineTooLong ? "5.6.0" : "5.6.11", state switch
                    {
                        ScanState.BareLineFeed => "a line feed without carriage return; only CR LF ends a line",
                        ScanState.BareCarriageReturn => "a carriage return without line feed; only CR LF ends a line",
                        _ => "a line is too long",
                    });
            }

            await wire.FlushAsync();
            if (!await wire.FillBehind(ref scanner))
            {
                return BodyState.ClientLeft;
            }
        }
    }

    /// <summary>The client sends a chunk's bytes whatever the answer will be, so they are always taken; kept only while <paramref name="wanted"/>.</summary>
    public async ValueTask<BodyState> ReadChunkAsync(string argument, bool wanted)
    {
        var words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var last = words is [_, var word] && word.Equals("LAST", StringComparison.OrdinalIgnoreCase);
        if (words.Length is not (1 or 2) || (words.Length == 2 && !last)
            || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            // Nobody knows how many bytes follow.
            return Hopeless(501, "5.5.4", "BDAT length [LAST]");
        }

        IsChunking = IsChunking || wanted;
        _chunked += length;
        if (length > 2L * options.LargestMessage)
        {
            return Hopeless(552, "5.3.4", "message far too large");
        }

        var fits = wanted && _chunked <= options.LargestMessage;
        while (length > 0)
        {
            var bytes = wire.Take((int)Math.Min(length, int.MaxValue));
            length -= bytes.Length;
            if (fits)
            {
                _chunks.Write(bytes);
            }

            if (bytes.IsEmpty)
            {
                await wire.FlushAsync();
                if (!await wire.FillAsync())
                {
                    return BodyState.ClientLeft;
                }
            }
        }

        if (!fits)
        {
            return BodyState.TooLarge;
        }

        Message = _chunks.WrittenMemory;
        return last ? BodyState.Complete : BodyState.Partial;
    }

    private BodyState Hopeless(int code, string enhanced, string text)
    {
        Fault = new SmtpReply(code, enhanced, text);
        return BodyState.Hopeless;
    }
}

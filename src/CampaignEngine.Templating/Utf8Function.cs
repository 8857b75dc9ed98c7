using System.Globalization;
using CampaignEngine.Templating.Compilation;

namespace CampaignEngine.Templating;

/// <summary>How the UTF-8 form of a host function ended.</summary>
public enum Utf8Result
{
    /// <summary>The text is in the room.</summary>
    Written,

    /// <summary>The result is null.</summary>
    Null,

    /// <summary>The room is too small; the function is called again with more.</summary>
    MoreRoom,

    /// <summary>This case is not handled here: the message is rendered with the delegate instead.</summary>
    Decline,
}

/// <summary>
/// The form of a host function that gives a text for mass mail: it writes UTF-8 into the room it gets and allocates nothing, so that a message
/// with it costs no garbage. It must write what the delegate of the same name returns for the same arguments; rare cases may
/// <see cref="Utf8Result.Decline"/>. It can be called more than once for a message and from many threads.
/// </summary>
/// <param name="arguments">The values of the template's arguments in the order of the delegate's parameters (those of the reader's culture and zone left out); defaults are filled in.</param>
/// <param name="room">Where to write; what is beyond <paramref name="written"/> is ignored.</param>
/// <example><code>
/// environment.Add("points", (CultureInfo reader, long count) => count.ToString("N0", reader), (arguments, room, out written) =>
///     arguments.Integer(0).TryFormat(room, out written, "N0", arguments.Culture) ? Utf8Result.Written : Utf8Result.MoreRoom);
/// </code></example>
public delegate Utf8Result Utf8Function(HostArguments arguments, Span<byte> room, out int written);

/// <summary>The arguments of one call of a <see cref="Utf8Function"/>. A null reads as the default of the kind asked for.</summary>
public readonly ref struct HostArguments
{
    private readonly ReadOnlySpan<HostValue> _values;
    private readonly Frame _frame;

    internal HostArguments(ReadOnlySpan<HostValue> values, Frame frame)
    {
        _values = values;
        _frame = frame;
    }

    public int Count => _values.Length;

    /// <summary>The reader's, as a delegate's parameter of the type <see cref="CultureInfo"/> gets it.</summary>
    public CultureInfo Culture => _frame.Functions.Language ?? _frame.Culture;

    /// <summary>The zone in which the reader's points in time are shown.</summary>
    public TimeZoneInfo Zone => _frame.Zone;

    public bool IsNull(int index) => _values[index].IsNull;

    /// <summary>A text as UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int index) => _values[index].Bytes.AsSpan(_values[index].Start, _values[index].Count);

    public long Integer(int index) => _values[index].Number.ToInt();

    public decimal Number(int index) => _values[index].Number.ToDecimal();

    public bool Boolean(int index) => _values[index].Flag;

    /// <summary>A date; a point in time is that of the reader's clock.</summary>
    public DateTime Date(int index) => _values[index].Date;
}

/// <summary>One argument of a call without a box.</summary>
internal struct HostValue
{
    public bool IsNull;
    public bool Flag;
    public DateTime Date;
    public Num Number;
    public byte[]? Bytes;
    public int Start;
    public int Count;
}

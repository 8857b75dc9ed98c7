using CampaignEngine.Templating.Functions;

namespace CampaignEngine.Templating.Compilation;

/// <summary>A call of a host function by its UTF-8 form. The arguments are kept before the call, so that the room stays the function's own.</summary>
internal sealed class HostText(Utf8Function function, ValueNode[] arguments) : TextNode
{
    /// <summary>Whether a value can be handed to a parameter as it is; anything else is turned by the boxed call.</summary>
    public static bool Fits(ValueNode value, FunctionParameter parameter) => value switch
    {
        NullNode => parameter.HostType is { } type && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null),
        TextNode text => !text.IsHtml && parameter.Kind == ArgumentKind.Text,
        NumberNode => parameter.Kind is ArgumentKind.Decimal || (parameter.Kind is ArgumentKind.Integer or ArgumentKind.Long && IsWhole(value)),
        BooleanNode => parameter.Kind == ArgumentKind.Boolean,
        DateNode => parameter.HostType is { } date && (Nullable.GetUnderlyingType(date) ?? date) == typeof(DateTime),
        _ => false,
    };

    private static bool IsWhole(ValueNode value) =>
        value is NumberConstant { Value.Kind: NumKind.Integer } or NumberSlot { IsInteger: true };

    public override ReadOnlySpan<byte> Get(Frame f, out bool isNull)
    {
        var start = f.EnterHostCall(arguments.Length);
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = Evaluate(f, arguments[i]);
            f.HostValues[start + i] = value;
        }

        var (result, written, room) = (Utf8Result.MoreRoom, 0, 64);
        while (result == Utf8Result.MoreRoom)
        {
            // The limit on texts ends this for a function that never has enough.
            room *= 4;
            result = function(new HostArguments(f.HostValues.AsSpan(start, arguments.Length), f), f.Scratch(room), out written);
        }

        f.LeaveHostCall(start);
        isNull = result == Utf8Result.Null;
        return result switch
        {
            Utf8Result.Written => f.Keep(written),
            Utf8Result.Null => default,
            _ => throw Frame.Leave(),
        };
    }

    private static HostValue Evaluate(Frame f, ValueNode node)
    {
        var value = default(HostValue);
        switch (node)
        {
            case TextNode text:
                var bytes = text.Get(f, out value.IsNull);
                bytes.CopyTo(f.Scratch(bytes.Length, out value.Bytes, out value.Start));
                f.Keep(bytes.Length);
                value.Count = bytes.Length;
                break;
            case NumberNode number:
                value.Number = number.Get(f);
                value.IsNull = value.Number.IsNull;
                break;
            case BooleanNode boolean:
                value.Flag = boolean.Get(f, out value.IsNull);
                break;
            case DateNode date:
                value.Date = date.Get(f, out value.IsNull);
                break;
            default:
                value.IsNull = true;
                break;
        }

        return value;
    }
}

using System.Globalization;
using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Database;

namespace CampaignEngine.Customers.Import;

/// <summary>Reads the value of one field from the current record, converts it to the field's type and writes it for COPY.</summary>
internal sealed class FieldWriter(string name, Field target, TargetColumn column, ValueMap map, RowValue value, RowValue? phone)
{
    private readonly SourceFormat _format = map.Format;
    private readonly bool _required = target.JsonKey is null && column is { NotNull: true, DefaultValue: null, Identity: false };
    private string? _lastText;
    private DateTimeOffset _lastTime;

    /// <summary>The field must have a value although its column may be empty: it is part of the key.</summary>
    public bool InKey { get; init; }

    /// <summary>Nothing is found by an empty value, and the map says that this is no fault.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>True when a value was written, false when the field is empty.</summary>
    /// <exception cref="RowFaultException">The value does not fit; the record is rejected.</exception>
    public bool Write(SourceRow row, CopyBuffer buffer)
    {
        var read = value.Read(row);
        if (read is null or "")
        {
            if ((_required && !MayBeEmpty) || InKey)
            {
                throw new RowFaultException($"{name} is empty and must not be");
            }

            buffer.Null();
            return false;
        }

        switch (target.Type)
        {
            case FieldType.Text:
                buffer.Text(Text(row, read));
                break;
            case FieldType.Integer:
                buffer.Integer(Integer(read));
                break;
            case FieldType.Number or FieldType.Money:
                buffer.Number(Number(read));
                break;
            case FieldType.Boolean:
                buffer.Boolean(Conversion.Truth(read, _format)
                    ?? throw Unfit(read, $"is neither yes ({string.Join(", ", _format.Yes)}) nor no ({string.Join(", ", _format.No)})"));
                break;
            case FieldType.Date:
                buffer.Date(Conversion.Date(read, _format) ?? throw Unfit(read, $"is no date written {Formats()}"));
                break;
            case FieldType.Time:
                buffer.Time(Time(read));
                break;
            case FieldType.TextList:
                buffer.Texts(Conversion.Texts(read));
                break;
            case FieldType.Uuid:
                buffer.Uuid(Guid.TryParse(Conversion.Text(read), out var id) ? id : throw Unfit(read, "is no UUID"));
                break;
        }

        return true;
    }

    private string Text(SourceRow row, object read)
    {
        var text = Conversion.Text(read);
        if (phone is not null && PhoneNumber.TryNormalise(text, Conversion.Text(phone.Read(row)), out var normal))
        {
            text = normal;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new RowFaultException($"{name} holds a NUL character");
        }

        if (column.Limit is { } limit && text.Length > limit && CodePoints(text) > limit)
        {
            throw Unfit(read, $"is longer than the {limit} characters of {column.Type}");
        }

        return target.JsonKey is null && column.Allowed is { } allowed && !allowed.Contains(text, StringComparer.Ordinal)
            ? throw Unfit(read, $"is none of {string.Join(", ", allowed)}")
            : text;
    }

    private long Integer(object read)
    {
        if (read is not string text || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            var number = Conversion.Number(read, _format);
            if (number is not { } some || decimal.Truncate(some) != some || some is > long.MaxValue or < long.MinValue)
            {
                throw Unfit(read, "is not a whole number");
            }

            whole = (long)some;
        }

        var fits = column.Base switch
        {
            "int2" => whole is >= short.MinValue and <= short.MaxValue,
            "int4" => whole is >= int.MinValue and <= int.MaxValue,
            _ => true,
        };
        return fits ? whole : throw Unfit(read, $"does not fit {column.Type}");
    }

    private decimal Number(object read)
    {
        var number = Conversion.Number(read, _format) ?? throw Unfit(read, "is not a number");
        if (target.JsonKey is null && column is { Precision: { } precision, Scale: { } scale and <= 28 })
        {
            number = decimal.Round(number, scale, MidpointRounding.AwayFromZero);
            if (precision - scale < 28 && Math.Abs(number) >= PowerOfTen(precision - scale))
            {
                throw Unfit(read, $"does not fit {column.Type}");
            }
        }

        return number;
    }

    private DateTimeOffset Time(object read)
    {
        if (read is string text && text == _lastText)
        {
            return _lastTime;                          // lines of one order follow each other
        }

        var time = Conversion.Time(read, _format) ?? throw Unfit(read, $"is no time written {Formats()}");
        (_lastText, _lastTime) = (read as string, time);
        return time;
    }

    private string Formats() => string.Join(" or ", _format.Dates.Take(3)) + (_format.Dates.Count > 3 ? " ..." : "");

    private RowFaultException Unfit(object read, string fault) => new($"{name}: {Conversion.Quoted(Conversion.Text(read))} {fault}");

    private static int CodePoints(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private static decimal PowerOfTen(int power)
    {
        var result = 1m;
        for (var i = 0; i < power; i++)
        {
            result *= 10;
        }

        return result;
    }
}

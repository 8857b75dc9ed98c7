using System.Collections;
using System.Globalization;
using System.Text;
using NpgsqlTypes;

namespace CampaignEngine.Audiences.Compilation;

/// <summary>Collects the values of a statement. Equal values share a name, so that equal conditions have equal SQL.</summary>
internal sealed class ParameterBag
{
    private readonly Dictionary<string, SelectionParameter> _parameters = new(StringComparer.Ordinal);

    public IReadOnlyList<SelectionParameter> All => [.. _parameters.Values];

    /// <returns>The placeholder: @q1.</returns>
    public string Add(NpgsqlDbType type, object value)
    {
        var identity = new StringBuilder().Append((int)type).Append(':');
        Describe(identity, value);
        if (!_parameters.TryGetValue(identity.ToString(), out var parameter))
        {
            parameter = new SelectionParameter("q" + (_parameters.Count + 1).ToString(CultureInfo.InvariantCulture), type, value);
            _parameters.Add(identity.ToString(), parameter);
        }

        return "@" + parameter.Name;
    }

    private static void Describe(StringBuilder identity, object value)
    {
        if (value is string text)
        {
            identity.Append(text.Length).Append('"').Append(text);
        }
        else if (value is NpgsqlInterval interval)
        {
            identity.Append(CultureInfo.InvariantCulture, $"{interval.Months}m{interval.Days}d{interval.Time}");
        }
        else if (value is IEnumerable items)
        {
            foreach (var item in items)
            {
                Describe(identity, item);
                identity.Append(';');
            }
        }
        else
        {
            identity.Append(value is DateTime time ? time.Ticks.ToString(CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture));
        }
    }
}

using CampaignEngine.Audiences.Compilation;
using CampaignEngine.Customers;
using NpgsqlTypes;

namespace CampaignEngine.Audiences;

/// <summary>What amounts in other currencies are worth in the base currency. An amount without a currency is in the base currency; one in a currency without a rate is never added.</summary>
/// <param name="Rates">Value of one unit, by ISO 4217 code in capitals.</param>
public sealed record MoneyRates(string Base, IReadOnlyDictionary<string, decimal> Rates)
{
    /// <summary>Currencies whose amounts can be added.</summary>
    internal string[] Known => [Base, .. Rates.Keys];

    /// <summary>The field with the currency of a row: the text field <c>currency</c>; null: all rows are in one.</summary>
    internal static Field? CurrencyOf(Entity entity) => entity.Fields.TryGetValue("currency", out var field) && field is { Type: FieldType.Text, Is: null } ? field : null;

    internal string InBase(CompilerContext context, string currency, string amount)
    {
        var worth = Rates.Where(r => r.Key != Base).Select(r =>
            $"WHEN {context.Parameters.Add(NpgsqlDbType.Text, r.Key)} THEN round({amount} * {context.Parameters.Add(NpgsqlDbType.Numeric, r.Value)}, 2)");
        return $"CASE coalesce(upper({currency}), {context.Parameters.Add(NpgsqlDbType.Text, Base)}) WHEN {context.Parameters.Add(NpgsqlDbType.Text, Base)} THEN {amount} {string.Join(' ', worth)} END";
    }
}

using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Coupons;

/// <summary>Counts what came back with a campaign's coupons, and what of it nobody can be credited with.</summary>
internal static class CouponReader
{
    private static readonly string Answers = SqlFile.Load(typeof(CouponReader), "CouponAnswers");
    private static readonly string Orders = SqlFile.Load(typeof(CouponReader), "CouponOrders");

    public static async Task<IReadOnlyList<CouponFigures>> ReadAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        var coupons = snapshot.Request.Coupons;
        if (coupons.Count == 0)
        {
            return [];
        }

        var answers = (await snapshot.ReadAsync(Answers, r => (Code: r.GetString(0), All: r.GetInt64(1), Without: r.GetInt64(2)), cancellationToken)).ToDictionary(a => a.Code);
        var orders = await OrdersAsync(snapshot, cancellationToken);
        return [.. coupons.Select(coupon =>
        {
            var (answered, ordered) = (answers.GetValueOrDefault(coupon.Code), orders.GetValueOrDefault(coupon.Code));
            return new CouponFigures(coupon.Code, coupon.Cell, answered.All, answered.Without, ordered.All, ordered.Revenue, ordered.Without, ordered.RevenueWithout);
        })];
    }

    private static async Task<Dictionary<string, (string Code, long All, decimal Revenue, long Without, decimal RevenueWithout)>> OrdersAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.CouponConversions() is not { } statement)
        {
            return [];
        }

        await snapshot.KeepAsync(cancellationToken);
        await using var command = snapshot.Command(ReportSnapshot.Replaced(Orders, "/*conversion*/", statement.Sql), withConversions: false);
        statement.AddParameters(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, (string, long, decimal, long, decimal)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = (reader.GetString(0), reader.GetInt64(1), reader.GetDecimal(2), reader.GetInt64(3), reader.GetDecimal(4));
        }

        return found;
    }
}

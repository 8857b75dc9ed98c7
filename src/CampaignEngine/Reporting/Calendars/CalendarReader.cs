using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Calendars;

/// <summary>Reads the drops of a month.</summary>
internal static class CalendarReader
{
    private static readonly string CalendarDrops = SqlFile.Load(typeof(CalendarReader), "CalendarDrops");
    private static readonly string CalendarPressure = SqlFile.Load(typeof(CalendarReader), "CalendarPressure");

    /// <param name="month">Its first day.</param>
    public static async Task<CampaignCalendar> ReadAsync(NpgsqlDataSource database, DateOnly month, DateTimeOffset asOf, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var drops = new List<CalendarEntry>();
        await using (var command = Command(CalendarDrops))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                drops.Add(new CalendarEntry(
                    reader.GetFieldValue<DateOnly>(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), reader.GetInt64(6)));
            }
        }

        await using var pressure = Command(CalendarPressure);
        await using var row = await pressure.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new CampaignCalendar
        {
            Month = month.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture),
            AsOf = asOf,
            Drops = drops,
            Campaigns = [],
            People = row.GetInt64(0),
            Contacts = row.GetInt64(1),
            MostContacts = row.GetInt64(2),
        };

        NpgsqlCommand Command(string sql)
        {
            var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 300 };
            command.Parameters.AddWithValue("zone", zone.Id);
            command.Parameters.AddWithValue("as_of", asOf.ToUniversalTime());
            command.Parameters.AddWithValue("from", Midnight(month));
            command.Parameters.AddWithValue("until", Midnight(month.AddMonths(1)));
            return command;
        }

        DateTimeOffset Midnight(DateOnly day)
        {
            var local = day.ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        }
    }
}

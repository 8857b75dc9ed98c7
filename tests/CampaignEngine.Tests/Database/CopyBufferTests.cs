using CampaignEngine.Database;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Database;

public sealed class CopyBufferTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task EveryTypeComesBackAsItWasWritten()
    {
        var cancel = TestContext.Current.CancellationToken;
        var random = new Random(7);
        var numbers = Enumerable.Range(0, 3000)
            .Select(i => new decimal(random.Next(), i % 3 == 0 ? random.Next() : 0, i % 7 == 0 ? random.Next() : 0, i % 2 == 0, (byte)(i % 29)))
            .Concat([0m, 0.00m, 1m, -1m, 10000m, 0.0001m, 99999999.9999m, decimal.MaxValue, decimal.MinValue, 1e-28m, 123456789012m, 100000000m])
            .ToList();
        CopyBuffer buffer = new(16);
        foreach (var number in numbers)
        {
            buffer.Row(12);
            buffer.Number(number);
            buffer.Integer(long.MinValue + buffer.Length);
            buffer.Text("汉字 😀 \\N");
            buffer.Boolean(true);
            buffer.Date(new DateOnly(1969, 7, 20));
            buffer.Time(new DateTimeOffset(1999, 12, 31, 23, 59, 59, 999, TimeSpan.FromHours(-5)));
            buffer.Texts(["a", "", "{\"b\"}"]);
            buffer.Uuid(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
            buffer.Short(-2);
            buffer.Double(0.1);
            buffer.Bytes([0, 255]);
            buffer.Null();
        }

        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        await using (NpgsqlCommand create = new("CREATE TEMP TABLE t (a numeric, b bigint, c text, d boolean, e date, f timestamptz, g text[], h uuid, i smallint, j float8, k bytea, l text)", connection))
        {
            await create.ExecuteNonQueryAsync(cancel);
        }

        CopyPipe pipe = new(connection);
        await pipe.RunAsync(async stop => await pipe.SendAsync("COPY t FROM STDIN (FORMAT BINARY)", buffer, stop), cancel);

        await using NpgsqlCommand read = new(
            "SELECT a::text, concat_ws(';', c, d, e, f AT TIME ZONE 'UTC', g, h, i, j, k, l) FROM t", connection);
        await using var reader = await read.ExecuteReaderAsync(cancel);
        foreach (var number in numbers)
        {
            Assert.True(await reader.ReadAsync(cancel));
            Assert.Equal(number.ToString(System.Globalization.CultureInfo.InvariantCulture).Replace("-0.", number == 0 ? "0." : "-0.", StringComparison.Ordinal), reader.GetString(0));
            Assert.Equal("汉字 😀 \\N;t;1969-07-20;2000-01-01 04:59:59.999;{a,\"\",\"{\\\"b\\\"}\"};00112233-4455-6677-8899-aabbccddeeff;-2;0.1;\\x00ff", reader.GetString(1));
        }
    }
}

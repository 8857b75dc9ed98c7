using System.Data;
using Dapper;

namespace CampaignEngine.Database;

/// <summary>Dapper's process-wide settings: snake_case columns fill PascalCase members, and instants travel as UTC.</summary>
internal static class DapperSetup
{
    public static void Run()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new Instants());
    }

    // Npgsql hands timestamptz out as a UTC DateTime and takes only offset zero.
    private sealed class Instants : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            value is DateTimeOffset instant ? instant : new DateTimeOffset(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }
}

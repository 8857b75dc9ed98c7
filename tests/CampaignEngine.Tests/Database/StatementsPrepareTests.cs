using System.Text.RegularExpressions;
using CampaignEngine.Database;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Database;

/// <summary>
/// The server reads every embedded statement against the migrated schema: a column that a migration renamed, a misspelt
/// function or an ambiguous type is found without running anything.
/// </summary>
public sealed partial class StatementsPrepareTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Without the driver's parameter types the server cannot always tell which function or type is meant; that is no fault of the statement.
    private static readonly string[] TypeNotGiven =
        [PostgresErrorCodes.IndeterminateDatatype, PostgresErrorCodes.AmbiguousParameter, PostgresErrorCodes.AmbiguousFunction, PostgresErrorCodes.DatatypeMismatch];

    // Made by the program for the customer database at hand, not by a migration.
    private static readonly string[] MadeLater = ["purchase_summary"];

    [Fact]
    public async Task EveryQueryFitsTheSchema()
    {
        await using var connection = await database.Source.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        var statements = SqlFile.All(typeof(SqlFile).Assembly)
            .SelectMany(file => Split(file.Text).Select(text => (file.Resource, Text: text)))
            .ToList();

        // Statements that work on a temporary table need it; such a table exists from the first statement that makes it.
        foreach (var (_, text) in statements.Where(statement => MakesTemporaryTable().IsMatch(statement.Text)))
        {
            await ExecuteAsync(connection, text);
        }

        var faults = new List<string>();
        var prepared = 0;
        foreach (var (resource, text) in statements.Where(statement => IsQuery().IsMatch(statement.Text) && !MadeLater.Any(statement.Text.Contains)))
        {
            await ExecuteAsync(connection, "SAVEPOINT before");
            try
            {
                await ExecuteAsync(connection, $"PREPARE s{prepared++} AS {Positional(text)}");
                await ExecuteAsync(connection, "RELEASE SAVEPOINT before");
            }
            catch (PostgresException fault)
            {
                if (!TypeNotGiven.Contains(fault.SqlState))
                {
                    faults.Add($"{resource}: {fault.MessageText}");
                }

                await ExecuteAsync(connection, "ROLLBACK TO SAVEPOINT before");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(prepared > 50, $"only {prepared} statements were found");
    }

    /// <summary>Parts at semicolons outside of literals, with comments removed.</summary>
    private static IEnumerable<string> Split(string text) =>
        StatementParts().Replace(text, part => part.Value is ";" ? "\0" : part.Value.StartsWith("--", StringComparison.Ordinal) ? "" : part.Value)
            .Split('\0').Select(part => part.Trim()).Where(part => part.Length > 0);

    /// <summary>The driver's @names as the server's $numbers.</summary>
    private static string Positional(string text)
    {
        var names = new List<string>();
        return StatementParts().Replace(text, part =>
        {
            if (part.Value[0] != '@')
            {
                return part.Value;
            }

            if (!names.Contains(part.Value))
            {
                names.Add(part.Value);
            }

            return $"${names.IndexOf(part.Value) + 1}";
        });
    }

    // Simple protocol on purpose: the driver must neither look for parameters nor prepare by itself.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(sql) } };
        await batch.ExecuteNonQueryAsync(Cancel);
    }

    [GeneratedRegex("""'(?:[^']|'')*'|"[^"]*"|\$\$.*?\$\$|--[^\n]*|;|(?<![@\w])@[A-Za-z_]\w*""", RegexOptions.Singleline)]
    private static partial Regex StatementParts();

    [GeneratedRegex(@"^(SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|MERGE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex IsQuery();

    [GeneratedRegex(@"^CREATE TEMP(ORARY)? TABLE\b", RegexOptions.IgnoreCase)]
    private static partial Regex MakesTemporaryTable();
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Cli.Output;
using CampaignEngine.Customers;
using Npgsql;

namespace CampaignEngine.Cli.Commands.Query;

/// <summary><c>campaign query "CONDITION"</c>.</summary>
internal static class QueryCommand
{
    public static Command Create()
    {
        var command = new Command(
            "query",
            "Count and sample whom a condition selects. Reads only, as a role that can do nothing else.\n\n"
            + "Example: campaign query 'country in (\"TW\", \"HK\") and last_order_at within 180 days' --by country");
        Argument<string> condition = new("CONDITION") { Description = "As in audience.where; 'true' selects everybody. docs/conditions.md has the language." };
        Option<string?> from = new("--from") { Description = "Entity of model.yaml [default: the people].", HelpName = "ENTITY" };
        Option<string?> by = new("--by") { Description = "Also count by the values of a field or expression.", HelpName = "FIELD" };
        Option<int> sample = new("--sample") { Description = "How many rows to show.", HelpName = "N", DefaultValueFactory = static _ => 5 };
        Option<bool> sql = new("--sql") { Description = "Show the statement, its parameters and the server's plan." };
        sample.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 1000)
            {
                result.AddError("--sample takes 0 to 1000 rows");
            }
        });
        command.Arguments.Add(condition);
        command.Options.Add(from);
        command.Options.Add(by);
        command.Options.Add(sample);
        command.Options.Add(sql);
        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var model = WorkspaceSession.LoadWorkspace(workspace.Directory(parsed)).Model!;
            var entity = Entity(model, parsed.GetValue(from));
            var problems = new ProblemList();
            var binder = new ConditionBinder(model, problems);
            var bound = binder.BindCondition(new Written(parsed.GetRequiredValue(condition), new Place("condition", 1, 1)), entity);
            var value = parsed.GetValue(by) is { } text ? binder.BindExpression(new Written(text, new Place("--by", 1, 1)), entity) : null;
            if (problems.HasErrors || bound is null)
            {
                throw WorkspaceSession.Invalid(problems);
            }

            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var query = new AudienceQuery(session.Database, session.Model, session.TimeProvider, session.Services.Zone);
            AudienceAnswer answer;
            try
            {
                answer = await query.RunAsync(bound, value, parsed.GetValue(sample), parsed.GetValue(sql), cancellationToken);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
            {
                throw CommandException.Failed("the query ran longer than the query role's statement timeout; narrow the condition, or look at its plan with --sql --sample 0");
            }

            answer.Refused.ToList().ForEach(Console.Error.WriteLine);
            Write(output.Writer(parsed), answer, parsed.GetValue(sql));
            return ExitCode.Done;
        });
        return command;
    }

    private static Entity Entity(CustomerModel model, string? name) =>
        name is null ? model.People
            : model.Entities.GetValueOrDefault(name) ?? throw CommandException.Invalid($"unknown entity '{name}'{Suggestion.For(name, model.Entities.Keys)}");

    private static void Write(ResultWriter writer, AudienceAnswer answer, bool sql)
    {
        var sample = answer.Sample.Select(row => new JsonObject(row.Select(cell => KeyValuePair.Create(cell.Key, Json(cell.Value))))).ToList();
        var groups = answer.Groups?.Select(group => new JsonObject { ["value"] = Json(group.Value), ["count"] = group.Count }).ToList();
        var document = new JsonObject { ["count"] = answer.Count, ["sample"] = new JsonArray([.. sample]) };
        if (groups is not null)
        {
            document["distinct"] = answer.Distinct;
            document["groups"] = new JsonArray([.. groups]);
        }

        if (sql)
        {
            document["sql"] = answer.Statement.Sql;
            document["parameters"] = new JsonArray([.. answer.Statement.Parameters.Select(parameter => new JsonObject
            {
                ["name"] = parameter.Name,
                ["type"] = TypeName(parameter),
                ["value"] = Json(parameter.Value),
            })]);
            document["plan"] = new JsonArray([.. answer.Plan.Select(line => JsonValue.Create(line))]);
        }

        var rows = groups ?? sample;
        writer.Document(
            document,
            table: console => Tables(answer, sample, groups, sql),
            rows: csv =>
            {
                if (rows.Count > 0)
                {
                    csv.Rows(rows);
                }
            });
    }

    private static void Tables(AudienceAnswer answer, List<JsonObject> sample, List<JsonObject>? groups, bool sql)
    {
        var table = new ResultWriter(OutputFormat.Table, Console.Out);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"count  {answer.Count:N0}"));
        if (groups is not null)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"distinct  {answer.Distinct:N0}"));
            if (groups.Count > 0)
            {
                table.Rows(groups);
            }
        }

        if (sample.Count > 0)
        {
            table.Rows(sample);
        }

        if (sql)
        {
            Console.Out.WriteLine(answer.Statement.Sql);
            Console.Out.WriteLine();
            foreach (var parameter in answer.Statement.Parameters)
            {
                Console.Out.WriteLine($"@{parameter.Name} {TypeName(parameter)} {Terminal.Clean(Json(parameter.Value)?.ToJsonString() ?? "null")}");
            }

            Console.Out.WriteLine();
            answer.Plan.ToList().ForEach(line => Console.Out.WriteLine(line));
        }
    }

    private static string TypeName(SelectionParameter parameter) => parameter.Value is Array
        ? (parameter.Type & ~NpgsqlTypes.NpgsqlDbType.Array).ToString().ToLowerInvariant() + "[]" : parameter.Type.ToString().ToLowerInvariant();

    private static JsonNode? Json(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool yes => JsonValue.Create(yes),
        short number => JsonValue.Create(number),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        decimal number => JsonValue.Create(number),
        DateTime time => JsonValue.Create(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture)),
        DateOnly day => JsonValue.Create(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        Array items => new JsonArray([.. items.Cast<object?>().Select(Json)]),
        _ => JsonSerializer.SerializeToNode(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}

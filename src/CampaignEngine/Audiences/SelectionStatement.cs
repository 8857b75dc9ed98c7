using CampaignEngine.Customers;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Audiences;

/// <summary>A compiled selection: SQL text that holds identifiers of the model and of the engine only, and the values beside it.</summary>
public sealed record SelectionStatement
{
    public required string Sql { get; init; }

    /// <summary>Named @q1, @q2 ...; a statement may be embedded in another one whose own parameters are named otherwise.</summary>
    public required IReadOnlyList<SelectionParameter> Parameters { get; init; }

    /// <summary>Tables and views it reads, for the grants of the query role.</summary>
    public required IReadOnlyList<SqlName> Tables { get; init; }

    /// <summary>It reads engine.purchase_summary, which must be refreshed first.</summary>
    public required bool UsesPurchaseSummary { get; init; }

    /// <summary>Adds the parameters to a command whose text holds <see cref="Sql"/>.</summary>
    public void AddParameters(NpgsqlCommand command)
    {
        foreach (var parameter in Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(parameter.Name, parameter.Type) { Value = parameter.Value });
        }
    }

    /// <summary>A command for the statement as it stands.</summary>
    public NpgsqlCommand ToCommand(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(Sql, connection);
        AddParameters(command);
        return command;
    }
}

/// <summary>One value of a statement, with its database type stated.</summary>
public sealed record SelectionParameter(string Name, NpgsqlDbType Type, object Value);

using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Hygiene;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>The numbers of people in E.164, for what a plan says about SMS by country.</summary>
internal sealed class PhoneReader
{
    private readonly PersonStatements _statements;
    private readonly List<BoundExpression> _columns = [];
    private readonly string? _defaultCountry;

    /// <param name="defaultCountry">Of people without one.</param>
    public PhoneReader(CustomerModel model, SelectionOptions options, string? defaultCountry)
    {
        _statements = new PersonStatements(model, model.People, options);
        _defaultCountry = defaultCountry;
        var problems = new ProblemList();
        var binder = new ConditionBinder(model, problems);
        foreach (var field in new[] { model.People.Contacts["sms"].Address, model.People.Country }.OfType<Field>())
        {
            _columns.Add(binder.BindExpression(new Written(field.Name, new Place(model.File, 1, 1)), model.People)
                ?? throw new InvalidOperationException($"validated field cannot be bound: {problems.Items[^1]}"));
        }
    }

    /// <summary>A number for each key that has a usable one.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var numbers = new Dictionary<string, string>(keys.Count, StringComparer.Ordinal);
        await using var command = _statements.Values(_columns, keys).ToCommand(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var country = _columns.Count > 1 && !reader.IsDBNull(2) ? reader.GetString(2) : _defaultCountry;
            if (!reader.IsDBNull(1) && PhoneNumber.TryNormalise(reader.GetValue(1).ToString(), country, out var number))
            {
                numbers[reader.GetString(0)] = number;
            }
        }

        return numbers;
    }
}

using System.Text.RegularExpressions;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Purchases;
using Npgsql;

namespace CampaignEngine.Tests.Audiences;

public sealed partial class HostileConditionTests(SelectionFixture fixture) : IClassFixture<SelectionFixture>
{
    // Everything the compiler itself may write, besides quoted identifiers of the model and its own aliases.
    private static readonly HashSet<string> Words =
    [
        .. ("SELECT FROM WHERE AS ON JOIN LEFT LATERAL GROUP BY ORDER LIMIT AND OR NOT IS NULL TRUE true false CASE WHEN THEN ELSE END BETWEEN LIKE ANY ARRAY EXISTS FILTER DISTINCT ASC DESC NULLS LAST OVER AT TIME ZONE COLLATE " +
            "count sum min max avg array_agg coalesce nullif lower upper btrim length cardinality abs round floor ceil extract age strpos to_char year month day isodow " +
            "text int bigint numeric date timestamp timestamptz uuid smallint jsonb_typeof jsonb_array_elements_text " +
            "engine contact_history event_history rfm_threshold customer_key campaign drop_name channel kind seed machine contacted_at at last_at orders amount recency frequency monetary " +
            "key failed value distinct_values grouped k").Split(' '),
    ];

    private static readonly HashSet<string> Constants = [.. RfmSegments.Names, "YYYY-MM-DD HH24:MI", "YYYY-MM-DD HH24:MI:SS", "true", "false", "array", .. JsonForms()];

    [Fact]
    public void NoTextOfAHundredThousandConditionsReachesSql()
    {
        var identifiers = Identifiers(SelectionFixture.Model);
        Parallel.For(0, 100, seed =>
        {
            var generator = new ConditionGenerator(SelectionFixture.Model, seed);
            for (var i = 0; i < 1_000; i++)
            {
                var text = generator.Next();
                if (Statement(text, i) is { } statement)
                {
                    AssertOnlyOurs(statement.Sql, identifiers, text);
                }
            }
        });
    }

    [Fact]
    public async Task HostileConditionsRunAndTouchNothing()
    {
        await fixture.ExecuteAsync("CREATE TABLE IF NOT EXISTS public.canary (alive boolean); TRUNCATE public.canary; INSERT INTO public.canary VALUES (true)");
        var before = await FingerprintAsync();
        var generator = new ConditionGenerator(SelectionFixture.Model, 2);

        // As the owner, who could do harm.
        await using var connection = await fixture.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 2_000; i++)
        {
            var text = generator.Next();
            if (Statement(text, i) is not { } statement)
            {
                continue;
            }

            try
            {
                await using var command = statement.ToCommand(connection);
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
            catch (PostgresException fault)
            {
                Assert.Fail($"{fault.MessageText}\n{text}\n{statement.Sql}");
            }
        }

        Assert.Equal(before, await FingerprintAsync());
    }

    [Theory]
    [InlineData("DROP TABLE public.canary_role")]
    [InlineData("DELETE FROM crm.customers")]
    [InlineData("CREATE TABLE public.other (x int)")]
    [InlineData("SET TRANSACTION READ WRITE; INSERT INTO public.canary_role VALUES (false)")]
    [InlineData("SELECT * FROM engine.suppression")]
    public async Task TheQueryRoleCannotWriteNorReadWhatTheModelDoesNotMap(string sql)
    {
        await fixture.ExecuteAsync("CREATE TABLE IF NOT EXISTS public.canary_role (alive boolean)");
        await fixture.Database.GrantQueryRoleAsync(SelectionFixture.Compiler().Count([SelectionFixture.Bind("has(orders where amount > 5)")], []).Tables.Select(table => (table.Schema, table.Name)), TestContext.Current.CancellationToken);
        await using var command = fixture.Database.QuerySource.CreateCommand(sql);

        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    // The forms take turns.
    private static SelectionStatement? Statement(string text, int number)
    {
        var problems = new ProblemList();
        var condition = new ConditionBinder(SelectionFixture.Model, problems).BindCondition(new Written(text, new Place("generated", 1, 1)), SelectionFixture.Model.People);
        if (condition is null)
        {
            Assert.True(problems.Items.All(problem => problem.Code is "CE4207" or "CE4302" or "CE4301"), $"{text}\n{string.Join('\n', problems.Items)}");
            return null;
        }

        Func<SelectionCompiler, SelectionStatement>[] forms =
        [
            compiler => compiler.Count([condition], []),
            compiler => compiler.Waterfall([condition], [condition], [new SelectionColumn("spent", SelectionFixture.BindValue("sum(orders.amount)"))]),
            compiler => compiler.Explain([condition], [condition], SelectionFixture.Model.People.Key, "17")!,
            compiler => compiler.Filter(condition, ["1", "2", "'; DROP TABLE canary"]),
            compiler => compiler.Keys([], [condition]),
        ];
        var compiler = SelectionFixture.Compiler(SelectionFixture.Options with { CampaignScope = number % 7 == 0 ? "'; DROP TABLE canary; --" : null });
        return forms[number % forms.Length](compiler);
    }

    private static void AssertOnlyOurs(string sql, HashSet<string> identifiers, string text)
    {
        var end = 0;
        foreach (var token in Tokens().EnumerateMatches(sql))
        {
            var part = sql.AsSpan(token.Index, token.Length);
            var ours = part[0] switch
            {
                '"' => identifiers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(part),
                '\'' => Constants.GetAlternateLookup<ReadOnlySpan<char>>().Contains(part[1..^1]),
                _ => !char.IsAsciiLetter(part[0]) || Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(part) || Alias().IsMatch(part),
            };
            if (token.Index != end || !ours)
            {
                Assert.Fail($"unexpected '{sql[end..(token.Index + token.Length)]}' in SQL of {text}\n{sql}");
            }

            end = token.Index + token.Length;
        }

        if (end != sql.Length)
        {
            Assert.Fail($"unexpected '{sql[end..]}' in SQL of {text}\n{sql}");
        }
    }

    // The tests of a jsonb value's form: the compiler writes them for a model, whatever is asked.
    private static IEnumerable<string> JsonForms() =>
        Enum.GetValues<FieldType>().SelectMany(type => Regex.Matches(CampaignEngine.Audiences.Compilation.JsonSql.Compile("x", "y", type), "'([^']*)'").Select(match => match.Groups[1].Value));

    private static HashSet<string> Identifiers(CustomerModel model) =>
    [
        "\"C\"", "\"engine\"", "\"purchase_summary\"", "\"spent\"",
        .. model.Entities.Values.SelectMany(entity => entity.Fields.Values.Select(field => field.Column).Append(entity.Table.Schema).Append(entity.Table.Name)).Select(SqlName.Quote),
    ];

    private async Task<string> FingerprintAsync() =>
        await fixture.ScalarAsync<string>(
            "SELECT format('%s %s %s %s', (SELECT string_agg(alive::text, ',') FROM public.canary), (SELECT count(*) FROM pg_class), (SELECT md5(string_agg(c::text, '' ORDER BY customer_id)) FROM crm.customers c), (SELECT md5(string_agg(o::text, '' ORDER BY order_id)) FROM crm.orders o))");

    // A parameter, a word, a quoted identifier, a string constant, a small number, an operator, space.
    [GeneratedRegex("""\G(?:@q[0-9]+|[A-Za-z_][A-Za-z_0-9]*|"(?:[^"]|"")*"|'[^']*'|[0-9]{1,2}\b|<>|<=|>=|&&|@>|->>|->|~|\|\||::|[=<>(),.+*/\[\]-]|\s+)""")]
    private static partial Regex Tokens();

    [GeneratedRegex("^[tghsfac][0-9]+(p[0-9]+)?$")]
    private static partial Regex Alias();
}

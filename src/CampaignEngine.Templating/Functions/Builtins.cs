using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

/// <summary>The table of everything built in.</summary>
internal static class Builtins
{
    public static readonly ScriptMap Table = Build();

    private static ScriptMap Build()
    {
        var table = new ScriptMap();
        Group(table, "array", ArrayFunctions.All);
        Group(table, "date", DateFunctions.All);
        Group(table, "html", HtmlFunctions.All);
        Group(table, "math", MathFunctions.All);
        Group(table, "object", ObjectFunctions.All);
        Group(table, "regex", RegexFunctions.All);
        Group(table, "string", TextFunctions.All);
        Group(table, "timespan", TimespanFunctions.All);
        foreach (var function in IncludeFunctions.All)
        {
            table.Force(function.Name, function);
        }

        table.Force("empty", EmptyValue.Instance);
        table.Force("blank", EmptyValue.Instance);
        return table.Locked();
    }

    private static void Group(ScriptMap table, string name, IReadOnlyList<Builtin> functions)
    {
        var group = name == "date" ? new DateGroup() : new ScriptMap();
        foreach (var function in functions)
        {
            group.Force(function.Name[(name.Length + 1)..], function);
        }

        table.Force(name, group.Locked());
    }
}

using System.Text;
using CampaignEngine.Templating.Evaluation;

namespace CampaignEngine.Templating.Functions;

internal static class ArrayFunctions
{
    public static readonly IReadOnlyList<Builtin> All =
    [
        new("array.add", "list:list value:any -> list", a => With(a.List(0), l => l.Add(a[1]))),
        new("array.add_range", "list1:list list2:list -> list", a => a[0] is null && a[1] is null ? null : Iterator(a.List(0).Concat(a.List(1)))),
        new("array.compact", "list:list -> list", a => a[0] is null ? null : Iterator(a.List(0).Where(v => v is not null))),
        new("array.concat", "list1:list list2:list -> list", a => a[0] is null && a[1] is null ? null : Iterator(a.List(0).Concat(a.List(1)))),
        new("array.cycle", "list:list group:any? -> any", Cycle),
        // What is no function is met by no element.
        new("array.any", "list:list function:fn args:any... -> bool", a => a[1] is Function && a.List(0).Any(item => Interpreter.Truthy(Apply(a, item)))),
        new("array.each", "list:list function:fn -> list", a => Applied(a, list => list.Select(item => Apply(a, item)))),
        new("array.filter", "list:list function:fn -> list", a => Applied(a, list => list.Where(item => Interpreter.Truthy(Apply(a, item))))),
        new("array.first", "list:list -> any", a => a.List(0)[0]),
        new("array.insert_at", "list:list index:int value:any -> list", InsertAt),
        new("array.join", "list:list delimiter:text function:any? -> text", Join),
        new("array.last", "list:list -> any", a => a.List(0)[a.List(0).Count - 1]),
        new("array.limit", "list:list count:int -> list", a => a[0] is null ? null : Iterator(a.List(0).Take(Math.Max(0, a.Int(1))))),
        new("array.map", "list:any member:text -> list", a => Iterator(Mapped(a).Where(item => HasMember(a, item, a.Text(1))).Select(item => Member(a, item, a.Text(1))))),
        new("array.offset", "list:list index:int -> list", a => a[0] is null ? null : Iterator(a.List(0).Skip(Math.Max(0, a.Int(1))))),
        new("array.remove_at", "list:list index:int -> list", RemoveAt),
        new("array.reverse", "list:list -> list", a => a[0] is null ? new ScriptList() : Iterator(a.List(0).Reverse())),
        new("array.size", "list:list -> int", a => a.List(0).Count),
        new("array.sort", "list:any member:text? -> list", Sort),
        new("array.uniq", "list:list -> list", a => a[0] is null ? null : Iterator(Unique(a))),
        new("array.contains", "list:list item:any -> bool", a => a.List(0).Any(item => ValuesEqual.Instance.Equals(item, a[1]))),
    ];

    private static ScriptList Iterator(IEnumerable<object?> items)
    {
        var list = new ScriptList { IsIterator = true };
        foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static ScriptList With(ScriptList list, Action<ScriptList> change)
    {
        var copy = new ScriptList(list);
        change(copy);
        return copy;
    }

    /// <summary>What a function makes of a list; without a function the list as it is.</summary>
    private static ScriptList? Applied(Arguments a, Func<ScriptList, IEnumerable<object?>> apply)
    {
        if (a[0] is null)
        {
            return null;
        }

        var list = a.List(0);
        if (a[1] is null)
        {
            return Iterator(list);
        }

        a.Function(1);
        return Iterator(apply(list));
    }

    private static object? Apply(Arguments a, object? item)
    {
        a.Run.Step(a.Caller);
        var function = a.Function(1);
        var rest = a.Count > 2 ? a.List(2) : null;
        return rest is null or { Count: 0 } ? a.Run.Call(function, a.Caller, item) : a.Run.Call(function, a.Caller, [item, .. rest]);
    }

    private static IEnumerable<object?> Unique(Arguments a) => a.List(0).Distinct(ValuesEqual.Instance);

    private static object? Cycle(Arguments a)
    {
        if (a[0] is null)
        {
            return null;
        }

        var list = a.List(0);
        var group = a[1] is null ? string.Join(",", list.Select(item => a.Run.ToText(item))) : a.Run.ToText(a[1]) ?? string.Empty;
        return list.Count == 0 ? null : list[a.Run.NextInCycle(group) % list.Count];
    }

    private static ScriptList InsertAt(Arguments a)
    {
        var index = Math.Max(0, a.Int(1));
        if (index > a.Run.Limits.RangeSize)
        {
            throw new RenderFault($"a list cannot hold more than {a.Run.Limits.RangeSize:N0} elements", Faults.ListLength, 1);
        }

        return With(a.List(0), list =>
        {
            while (list.Count < index)
            {
                list.Add(null);
            }

            list.Insert(index, a[2]);
        });
    }

    private static string Join(Arguments a)
    {
        if (a[0] is not null && a[2] is not (null or Function))
        {
            throw new RenderFault("the third argument of array.join is a function; write @ before its name", argument: 2);
        }

        var text = new StringBuilder();
        var first = true;
        foreach (var item in a.List(0))
        {
            text.Append(first ? string.Empty : a.Text(1));
            first = false;
            var piece = a.Run.ToText(item);
            text.Append(a[2] is Function function ? a.Run.ToText(a.Run.Call(function, a.Caller, piece)) : piece);
            a.Run.CheckText(text.Length, null);
        }

        return text.ToString();
    }

    private static ScriptList RemoveAt(Arguments a)
    {
        var list = a.List(0);
        var index = a.Int(1) < 0 ? list.Count + a.Int(1) : a.Int(1);
        return With(list, l =>
        {
            if (index >= 0 && index < l.Count)
            {
                l.RemoveAt(index);
            }
        });
    }

    private static ScriptList Sort(Arguments a)
    {
        if (a[0] is null)
        {
            return Iterator([]);
        }

        var list = new ScriptList(a.Run.Items(a[0], null) ?? [a[0]]);
        a.Run.Step(a.Caller, list.Count);
        var member = a.TextOrNull(1);
        return string.IsNullOrEmpty(member)
            ? new ScriptList(list.Order(ValueOrder.Instance))
            : new ScriptList(list.OrderBy(item => Member(a, item, member), ValueOrder.Instance));
    }

    /// <summary>What is no list has nothing to map.</summary>
    private static IEnumerable<object?> Mapped(Arguments a) => a[0] is null ? [] : a.Run.Items(a[0], null) ?? [];

    /// <summary>Elements without the member are left out of what is mapped; a member that is null is not.</summary>
    private static bool HasMember(Arguments a, object? item, string member) =>
        item is ScriptMap map && map.Contains(member) || Member(a, item, member) is not null;

    /// <summary>A member of an element; a dotted path is followed where no member has that whole name.</summary>
    private static object? Member(Arguments a, object? item, string member)
    {
        a.Run.Step(a.Caller);
        if (item is null)
        {
            return null;
        }

        if (!member.Contains('.', StringComparison.Ordinal) || (item is ScriptMap map && map.Contains(member)))
        {
            return a.Run.GetMember(item, member);
        }

        object? value = item;
        foreach (var part in member.Split('.'))
        {
            value = value is null ? null : a.Run.GetMember(value, part);
        }

        return value;
    }
}

/// <summary>Equality of values as <c>==</c> has it for numbers, and by value for the rest.</summary>
internal sealed class ValuesEqual : IEqualityComparer<object?>
{
    public static readonly ValuesEqual Instance = new();

    public new bool Equals(object? x, object? y) => Operators.IsNumber(x) && Operators.IsNumber(y)
        ? ValueOrder.Instance.Compare(x, y) == 0
        : object.Equals(Text(x), Text(y));

    public int GetHashCode(object? obj) => obj is null ? 0 : Operators.IsNumber(obj) ? AsDouble(obj).GetHashCode() : Text(obj)!.GetHashCode();

    /// <summary>A character of a text is equal to the text of that one character.</summary>
    private static object? Text(object? value) => value is char character ? character.ToString() : value;

    private static double AsDouble(object value) => value is System.Numerics.BigInteger big ? (double)big : Convert.ToDouble(value, null);
}

using System.Collections;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>A list of the language: elements, and named members beside them.</summary>
internal sealed class ScriptList : IEnumerable<object?>
{
    private readonly List<object?> _items;

    public ScriptList() => _items = [];

    public ScriptList(int capacity) => _items = new List<object?>(capacity);

    public ScriptList(IEnumerable<object?> items) => _items = [.. items];

    public ScriptMap? Members { get; private set; }

    /// <summary>Given by a function that the language describes as giving an iterator; only its type name tells.</summary>
    public bool IsIterator { get; init; }

    public int Count => _items.Count;

    public object? this[int index] => index >= 0 && index < _items.Count ? _items[index] : null;

    public void Add(object? value) => _items.Add(value);

    /// <summary>Sets an element; the list grows with nulls up to it.</summary>
    public void SetItem(int index, object? value)
    {
        while (_items.Count <= index)
        {
            _items.Add(null);
        }

        _items[index] = value;
    }

    public void Insert(int index, object? value) => _items.Insert(index, value);

    public void RemoveAt(int index) => _items.RemoveAt(index);

    /// <summary>The members with the size among them, for <c>with</c>.</summary>
    public ScriptMap AsMembers()
    {
        var members = Members?.Copy() ?? new ScriptMap();
        members.Force("size", Count);
        return members;
    }

    public void SetMember(string name, object? value) => (Members ??= new ScriptMap()).Set(name, value);

    public IEnumerator<object?> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A range of integers, up or down; the elements are made when they are asked for.</summary>
internal sealed class RangeValue(long first, long last) : IEnumerable<object?>
{
    public long First { get; } = first;

    public long Last { get; } = last;

    /// <summary>An exclusive range whose ends meet has no element.</summary>
    public bool Empty { get; init; }

    public long Count => Empty ? 0 : Math.Abs(Last - First) + 1;

    public object? this[long index] => index >= 0 && index < Count ? Integers.Fit(First + (First <= Last ? index : -index)) : null;

    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0L; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The variable <c>empty</c>: equal to every object, list or text without content.</summary>
internal sealed class EmptyValue : ScriptMap
{
    public static readonly EmptyValue Instance = Create();

    private static EmptyValue Create()
    {
        var empty = new EmptyValue();
        empty.Locked();
        return empty;
    }
}

/// <summary>Text that is HTML already (captured, included, or marked <c>raw</c>): printed as it is between tags.</summary>
internal sealed class HtmlText(string html)
{
    public string Html { get; } = html;

    public override string ToString() => Html;
}

using System.Diagnostics.CodeAnalysis;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>An object of the language: members by name in the order they were set.</summary>
internal class ScriptMap
{
    private OrderedDictionary<string, object?>? _own;
    private HashSet<string>? _readOnly;
    private Dictionary<string, string>? _renamed;

    /// <summary>Made when the first member is set: most objects of a short evaluation never hold one.</summary>
    private OrderedDictionary<string, object?> Members => _own ??= new OrderedDictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>No member can be set: the built-in functions.</summary>
    public bool Sealed { get; private set; }

    /// <summary>Comes from the caller: members are also found under their standard names (<c>FirstName</c> as <c>first_name</c>).</summary>
    public bool Renames { get; init; }

    public virtual int Count => _own?.Count ?? 0;

    public virtual IEnumerable<string> Names => _own is null ? [] : _own.Keys;

    public virtual bool TryGet(string name, [MaybeNullWhen(true)] out object? value)
    {
        value = null;
        return _own is not null && (_own.TryGetValue(name, out value) || (Renames && TryGetRenamed(name, out value)));
    }

    public object? Get(string name) => TryGet(name, out var value) ? value : null;

    public bool Contains(string name) => TryGet(name, out _);

    /// <summary>Makes the map read-only and gives it back.</summary>
    public ScriptMap Locked()
    {
        Sealed = true;
        return this;
    }

    public bool CanWrite(string name) => !Sealed && _readOnly?.Contains(name) != true;

    public virtual bool Set(string name, object? value, bool readOnly = false)
    {
        if (!CanWrite(name))
        {
            return false;
        }

        Members[name] = value;
        if (readOnly)
        {
            SetReadOnly(name);
        }

        return true;
    }

    /// <summary>Sets a member whatever its state; for the engine's own values.</summary>
    public void Force(string name, object? value) => Members[name] = value;

    public void SetReadOnly(string name) => (_readOnly ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    public bool Remove(string name) => CanWrite(name) && _own?.Remove(name) == true;

    public void Clear()
    {
        _own?.Clear();
        _readOnly?.Clear();
        _renamed = null;
    }

    public ScriptMap Copy()
    {
        var copy = new ScriptMap { Renames = Renames };
        foreach (var name in Names)
        {
            copy.Members[name] = Get(name);
        }

        return copy;
    }

    private bool TryGetRenamed(string name, out object? value)
    {
        if (_renamed is null)
        {
            _renamed = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in Members.Keys)
            {
                _renamed.TryAdd(StandardName.Of(member), member);
            }
        }

        value = null;
        return _renamed.TryGetValue(name, out var original) && Members.TryGetValue(original, out value);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace CampaignEngine.Templating.Evaluation;

/// <summary>An object of the language: members by name in the order they were set.</summary>
internal class ScriptMap
{
    private readonly OrderedDictionary<string, object?> _members = new(StringComparer.Ordinal);
    private HashSet<string>? _readOnly;
    private Dictionary<string, string>? _renamed;

    /// <summary>No member can be set: the built-in functions.</summary>
    public bool Sealed { get; private set; }

    /// <summary>Comes from the caller: members are also found under their standard names (<c>FirstName</c> as <c>first_name</c>).</summary>
    public bool Renames { get; init; }

    public virtual int Count => _members.Count;

    public virtual IEnumerable<string> Names => _members.Keys;

    public virtual bool TryGet(string name, [MaybeNullWhen(true)] out object? value)
    {
        if (_members.TryGetValue(name, out value))
        {
            return true;
        }

        return Renames && TryGetRenamed(name, out value);
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

        _members[name] = value;
        if (readOnly)
        {
            SetReadOnly(name);
        }

        return true;
    }

    /// <summary>Sets a member whatever its state; for the engine's own values.</summary>
    public void Force(string name, object? value) => _members[name] = value;

    public void SetReadOnly(string name) => (_readOnly ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    public bool Remove(string name) => CanWrite(name) && _members.Remove(name);

    public void Clear()
    {
        _members.Clear();
        _readOnly?.Clear();
        _renamed = null;
    }

    public ScriptMap Copy()
    {
        var copy = new ScriptMap { Renames = Renames };
        foreach (var name in Names)
        {
            copy._members[name] = Get(name);
        }

        return copy;
    }

    private bool TryGetRenamed(string name, out object? value)
    {
        if (_renamed is null)
        {
            _renamed = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in _members.Keys)
            {
                _renamed.TryAdd(StandardName.Of(member), member);
            }
        }

        value = null;
        return _renamed.TryGetValue(name, out var original) && _members.TryGetValue(original, out value);
    }
}

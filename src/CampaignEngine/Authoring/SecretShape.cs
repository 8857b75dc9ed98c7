using System.Text.RegularExpressions;

namespace CampaignEngine.Authoring;

/// <summary>The shape of values that may be secret: they are referred to, never written.</summary>
public static partial class SecretShape
{
    /// <summary>Any text here is refused.</summary>
    internal static readonly ScalarKind Literal = new("reference to a secret", "{ env: RELAY_PASSWORD }", null, _ =>
        "a secret may not stand in a file that is kept under version control; write '{ env: NAME }' for an environment variable or '{ file: PATH }' for a file");

    /// <summary>A connection string without a password may be written out.</summary>
    internal static readonly ScalarKind Connection = new("connection string", "Host=db.example.test;Database=shop;Username=campaign", null, text =>
        PasswordText().IsMatch(text)
            ? "the connection string holds a password, which may not stand in a file that is kept under version control; write '{ env: NAME }' or '{ file: PATH }', or use a password file of PostgreSQL"
            : text.Trim().Length == 0 ? "the connection string is empty; remove the key to use the private database" : null);

    private static readonly MapShape Keys = new(
        new("env", new ScalarShape(new ScalarKind("environment variable", "RELAY_PASSWORD", "^[A-Za-z_][A-Za-z0-9_]*$", text =>
            VariableText().IsMatch(text) ? null : $"'{Shown.Text(text)}' is not the name of an environment variable")) { Description = "Environment variable that holds it." }),
        new("file", new ScalarShape(ScalarKind.Line) { Description = "File whose first line is the secret, relative to the workspace." }))
    { Description = "Where the secret is kept." };

    public static Shape Password(string description) => new EitherShape(new ScalarShape(Literal) { Description = "Refused: secrets are referred to." }, Keys) { Description = description };

    public static Shape ConnectionString(string description) => new EitherShape(new ScalarShape(Connection) { Description = "Connection string without a password." }, Keys) { Description = description };

    internal static YamlMapping Reference(string variable, Place place) =>
        new(place, [new(new YamlScalar(new Written("env", place), place, plain: false), new YamlScalar(new Written(variable, place), place, plain: false))]);

    /// <summary>Reads a reference; null where the key is missing or at fault.</summary>
    internal static Secret? Read(YamlMapping mapping, string key, ProblemList problems)
    {
        if (mapping.Mapping(key) is not { } reference)
        {
            return null;
        }

        var (env, file) = (reference.Text("env"), reference.Text("file"));
        if ((env is null) == (file is null))
        {
            problems.Error(reference.Place, "CE1131", $"'{key}' needs exactly one of 'env' and 'file'");
            return null;
        }

        return new Secret { Environment = env, File = file };
    }

    [GeneratedRegex(@"(?:\b(?:password|pwd)\s*=\s*[^;\s])|(?:^[a-z]+://[^/@\s]*:[^/@\s]+@)", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordText();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex VariableText();
}

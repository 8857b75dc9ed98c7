using System.Text;
using CampaignEngine.Templating;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>A gateway with its templates compiled and its secrets read; shared by all lanes of a process.</summary>
internal sealed class CompiledGateway
{
    public CompiledGateway(GatewaySettings settings, string? user, string? password)
    {
        (Settings, User, Password) = (settings, user, password);
        Path = Compile(settings.Path);
        PathHasCode = settings.Path.Contains("{{", StringComparison.Ordinal);
        Query = [.. settings.Query.Select(Field)];
        Form = [.. settings.Form.Select(Field)];
        Headers = [.. settings.Headers.Select(h => (Encoding.ASCII.GetBytes($"{h.Name}: "), Compile(h.Value)))];
        Json = settings.Json is null ? null : Compile(settings.Json.Trim());
        HasBody = settings.Method != "GET";
        Method = Encoding.ASCII.GetBytes($"{settings.Method} ");
        IdempotencyHeader = settings.IdempotencyHeader is { } name ? Encoding.ASCII.GetBytes($"{name}: ") : null;
        Head = Encoding.ASCII.GetBytes(HeadOf(settings, user, password));
    }

    public GatewaySettings Settings { get; }

    public string? User { get; }

    public string? Password { get; }

    public byte[] Method { get; }

    public CompiledTemplate Path { get; }

    public bool PathHasCode { get; }

    /// <summary>What follows the path on every request, from the version on.</summary>
    public byte[] Head { get; }

    /// <summary>Names are encoded; so are the values, after rendering.</summary>
    public (byte[] Name, CompiledTemplate Value)[] Query { get; }

    public (byte[] Name, CompiledTemplate Value)[] Form { get; }

    /// <summary>Names with colon and space.</summary>
    public (byte[] Name, CompiledTemplate Value)[] Headers { get; }

    public CompiledTemplate? Json { get; }

    public bool HasBody { get; }

    /// <summary>Name with colon and space.</summary>
    public byte[]? IdempotencyHeader { get; }

    private static CompiledTemplate Compile(string text) => Template.Parse(text).Compile(GatewayRequest.Shape);

    private static (byte[], CompiledTemplate) Field(GatewayField field) => (Encoding.ASCII.GetBytes(Uri.EscapeDataString(field.Name)), Compile(field.Value));

    private static string HeadOf(GatewaySettings settings, string? user, string? password)
    {
        var head = new StringBuilder(" HTTP/1.1\r\nHost: ").Append(settings.Server.Authority).Append("\r\nUser-Agent: CampaignEngine\r\nAccept: */*\r\n");
        var proof = settings.Auth switch
        {
            GatewayAuth.Basic => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")),
            GatewayAuth.Bearer => "Bearer " + string.Concat((password ?? "").Where(c => c is > ' ' and <= '~')),
            _ => null,
        };
        if (proof is not null)
        {
            head.Append("Authorization: ").Append(proof).Append("\r\n");
        }

        if (settings.Json is not null)
        {
            head.Append("Content-Type: application/json\r\n");
        }
        else if (settings.Method != "GET")
        {
            head.Append("Content-Type: application/x-www-form-urlencoded\r\n");
        }

        return head.ToString();
    }
}

using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace CampaignEngine.Testing;

/// <summary>
/// Chromium without a window, spoken to by the DevTools protocol: opens a page at a width, says what the console said and what an expression is worth. Tests
/// are skipped where no Chromium is installed.
/// </summary>
public sealed partial class Browser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly TempDirectory _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private int _last;
    private string? _session;
    private bool _loaded;

    private Browser(TempDirectory profile, Process process) => (_profile, _process) = (profile, process);

    /// <summary>What the console complained about since the last page was opened: errors, warnings, requests that failed, uncaught exceptions.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<Browser> StartAsync(CancellationToken cancellationToken)
    {
        if (Array.Find(Places, File.Exists) is not { } program)
        {
            Assert.Skip("no Chromium is installed");
            return null!;
        }

        var profile = new TempDirectory("chromium");
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", $"--user-data-dir={profile.FullName}", "--remote-debugging-port=0", "about:blank",
        ];
        var browser = new Browser(profile, Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!);
        try
        {
            await browser.ConnectAsync(cancellationToken);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page as a device of this width shows it, and waits until it is loaded.</summary>
    /// <param name="dark">The device prefers dark pages.</param>
    public async Task OpenAsync(string url, int width, bool dark, CancellationToken cancellationToken)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 }, cancellationToken);
        await SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }) }, cancellationToken);
        _complaints.Clear();
        _loaded = false;
        await SendAsync("Page.navigate", new() { ["url"] = url }, cancellationToken);
        while (!_loaded)
        {
            await ReceiveAsync(cancellationToken);
        }
    }

    /// <summary>The value of a JavaScript expression on the open page.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true }, cancellationToken);
        return answer.TryGetProperty("exceptionDetails", out var fault) ? throw new InvalidOperationException(fault.GetRawText()) : answer.GetProperty("result").GetProperty("value");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();

        // Its children end a little later, and write until then.
        await Eventually.IsTrueAsync(TryRemoveProfile, CancellationToken.None);
    }

    private bool TryRemoveProfile()
    {
        try
        {
            _profile.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        string? address = null;
        while (address is null && await _process.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            address = Listening().Match(line) is { Success: true } found ? found.Groups[1].Value : null;
        }

        // Whatever it says later must not fill the pipe.
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri(address ?? throw new InvalidOperationException("Chromium ended before it listened")), cancellationToken);
        var targets = await SendAsync("Target.getTargets", [], cancellationToken);
        var page = targets.GetProperty("targetInfos").EnumerateArray().First(t => t.GetProperty("type").GetString() == "page").GetProperty("targetId").GetString();
        _session = (await SendAsync("Target.attachToTarget", new() { ["targetId"] = page, ["flatten"] = true }, cancellationToken)).GetProperty("sessionId").GetString();
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await SendAsync($"{domain}.enable", [], cancellationToken);
        }
    }

    private async Task<JsonElement> SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var id = ++_last;
        var request = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            request["sessionId"] = _session;
        }

        await _socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, true, cancellationToken);
        while (true)
        {
            var message = await ReceiveAsync(cancellationToken);
            if (message.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
            {
                return message.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException(message.GetRawText());
            }
        }
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        var message = JsonSerializer.Deserialize<JsonElement>(whole.GetBuffer().AsSpan(0, (int)whole.Length));
        switch (message.TryGetProperty("method", out var method) ? method.GetString() : null)
        {
            case "Page.loadEventFired":
                _loaded = true;
                break;
            case "Log.entryAdded" or "Runtime.exceptionThrown" or "Network.loadingFailed" or "Runtime.consoleAPICalled":
                _complaints.Add(message.GetProperty("params").GetRawText());
                break;
            case "Network.requestWillBeSent" when message.GetProperty("params").GetProperty("request").GetProperty("url").GetString() is { } url && !url.StartsWith("file:", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal):
                _complaints.Add($"asks the network for {url}");
                break;
            default:
                break;
        }

        return message;
    }

    [GeneratedRegex(@"DevTools listening on (ws://\S+)")]
    private static partial Regex Listening();
}

using System.Runtime.CompilerServices;
using CampaignEngine.Operating;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CampaignEngine.Cli;

/// <summary>Sends the engine's spans to a collector where the environment names one, by OpenTelemetry's own variables.</summary>
internal static class TraceExport
{
    private static readonly string[] Variables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <summary>Null when nobody asked. To be disposed when the command has ended: what is left goes out then.</summary>
    public static IDisposable? StartIfAsked() =>
        Variables.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }) && Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED") is not "true" ? Start() : null;

    // Apart, so that commands that nobody traces do not load the libraries.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IDisposable? Start() => Sdk.CreateTracerProviderBuilder()
        .AddSource(EngineTraces.Name)
        .ConfigureResource(resource => resource.AddService("campaign"))
        .AddOtlpExporter(static options =>
        {
            // The library's default is gRPC, which a collector behind a plain HTTP proxy does not get.
            if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is null)
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
            }
        })
        .Build();
}

using System.Globalization;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Requests without a valid token: counted, and recorded together, a row a minute at most for each server. A row for each would let
/// anybody fill the audit trail.
/// </summary>
public sealed partial class Strangers(AuditLog audit, TimeProvider time, ILogger<Strangers> log) : BackgroundService
{
    /// <summary>How often a row is written, where there is something to be said.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private long _count;
    private DateTimeOffset _since;
    private string? _last;

    /// <summary>Notes one.</summary>
    /// <param name="address">Where its connection came from; null where unknown.</param>
    public void Note(IPAddress? address)
    {
        lock (_turn)
        {
            _since = _count == 0 ? time.GetUtcNow() : _since;
            _count++;
            _last = AuditedRequest.Written(address);
        }
    }

    /// <summary>Records those since the last row, where there are any. What cannot be recorded now is the next time.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        long count;
        AuditEntry entry;
        lock (_turn)
        {
            if (_count == 0)
            {
                return;
            }
            count = _count;
            entry = new AuditEntry(
                new Caller(null, Address: _last),
                AuditActions.RefuseStrangers,
                AuditOutcomes.Refused
            )
            {
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"401: {count} without a valid token since {_since.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}; the address is the last one's"
                ),
            };
        }
        await audit.AppendAsync(entry, cancellation);
        lock (_turn)
        {
            _count -= count;
            _since = time.GetUtcNow();
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryRecordAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryRecordAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops, and records the rest.
        }
    }

    private async Task TryRecordAsync(CancellationToken cancellation)
    {
        try
        {
            await RecordAsync(cancellation);
        }
        catch (Exception unrecorded)
            when (unrecorded is AuditFailedException or OperationCanceledException || DatabaseAway.Explains(unrecorded))
        {
            LogUnrecorded(unrecorded);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Requests without a valid token could not be recorded, and are the next time")]
    private partial void LogUnrecorded(Exception unrecorded);
}

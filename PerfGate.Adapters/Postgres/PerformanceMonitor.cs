using Npgsql;
using NpgsqlTypes;
using PerfGate.Core.Admission;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Adapters.Postgres;

/// <summary>Holds what was measured against its bounds, and records it.</summary>
public sealed class PerformanceMonitor(NpgsqlDataSource database, TimeProvider time)
{
    // What DECIMAL(8,2) and DECIMAL(5,4) hold. The measured_ columns keep what is beyond.
    private const decimal LargestDecimal82 = 999_999.99m;
    private const decimal LargestDecimal54 = 9.9999m;

    /// <summary>Every bound with its measured value: the four named ones first, then the k6 expressions.</summary>
    public static IReadOnlyList<ThresholdResult> ValidatePerformanceThresholds(
        RunMetrics metrics,
        ThresholdSettings settings
    ) => ThresholdValidation.Validate(metrics, settings);

    /// <summary>
    /// Stores a result and ends its run, and adds it to the accepted past where it passed, all or nothing: who died in between would
    /// leave a passed run that no later one is held against. Recording a run again changes nothing; a run that was ended otherwise
    /// stays so, and one that still waits can only fail or be cancelled. A value too large for a DECIMAL column is clamped there and kept
    /// whole in its double precision column; what is no finite number is stored there as none.
    /// </summary>
    public async Task RecordTestResultsAsync(RunResult result, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RecordAsync(connection, result, time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The same in the connection's transaction.</summary>
    internal static async Task RecordAsync(
        NpgsqlConnection connection,
        RunResult result,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await StoreAsync(connection, result, cancellation);
        // Also where it was recorded before: older releases did the two one after the other.
        await AcceptedRuns.AddAsync(connection, result.RunId, now, cancellation);
    }

    private static async Task StoreAsync(NpgsqlConnection connection, RunResult result, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        MakeRecording(command, result);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return;
        }
        var entry = new AuditEntry(null, AuditActions.Result, EnumText.Lower(result.Verdict.Verdict))
        {
            Environment = result.Request.Environment,
            Subject = $"{result.RunId}",
            Detail = string.Join(", ", result.Verdict.Reasons.Select(reason => reason.Code).Distinct()),
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
    }

    private static void MakeRecording(NpgsqlCommand command, RunResult result)
    {
        var overall = result.Metrics?.Overall;
        var measured = overall is { Requests: > 0 };
        var answered = overall?.Answered;
        command.CommandText = """
            UPDATE performance_test_runs SET
              status = $2, verdict = $3, reasons = $4, engine = $5, passed = $6, ended_at = $7,
              avg_response_time_ms = $8, p95_response_time_ms = $9, error_rate = $10, throughput_rps = $11,
              measured_avg_ms = $12, measured_p95_ms = $13, measured_error_rate = $14, measured_throughput_rps = $15,
              requests = $16
            WHERE id = $1 AND (status = 'running' OR (status = 'queued' AND $2 IN ('failed', 'cancelled')))
            """;
        command.Parameters.AddWithValue(result.RunId);
        command.Parameters.AddWithValue(EnumText.Lower(result.Status));
        command.Parameters.AddWithValue(EnumText.Lower(result.Verdict.Verdict));
        RunStore.AddJson(command, result.Verdict.Reasons);
        command.Parameters.AddWithValue((object?)result.Engine ?? DBNull.Value);
        command.Parameters.AddWithValue(result.Verdict.Verdict == Verdict.Passed);
        command.Parameters.AddWithValue((object?)result.EndedAt ?? DBNull.Value);
        AddDecimal(command, answered?.Avg, LargestDecimal82, 2);
        AddDecimal(command, answered?.P95, LargestDecimal82, 2);
        AddDecimal(command, measured ? overall!.ErrorRate : null, LargestDecimal54, 4);
        AddDecimal(command, measured ? overall!.ThroughputRps : null, LargestDecimal82, 2);
        AddDouble(command, answered?.Avg);
        AddDouble(command, answered?.P95);
        AddDouble(command, measured ? overall!.ErrorRate : null);
        AddDouble(command, measured ? overall!.ThroughputRps : null);
        command.Parameters.AddWithValue((object?)overall?.Requests ?? DBNull.Value);
    }

    private static void AddDecimal(NpgsqlCommand command, double? value, decimal largest, int places) =>
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Numeric,
                Value = value switch
                {
                    null => DBNull.Value,
                    { } number when double.IsNaN(number) => DBNull.Value,
                    { } number when number >= (double)largest => largest,
                    { } number when number <= -(double)largest => -largest,
                    { } number => Math.Round((decimal)number, places),
                },
            }
        );

    private static void AddDouble(NpgsqlCommand command, double? value) =>
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Double,
                // JSON, through which it is read again, has no other numbers.
                Value = value is { } number && double.IsFinite(number) ? number : DBNull.Value,
            }
        );
}

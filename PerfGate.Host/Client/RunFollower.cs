using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;

namespace PerfGate.Host.Client;

/// <summary>Looks at a run until it ends. Outlasts a network or a server that is away for a while.</summary>
/// <param name="gate">The server.</param>
/// <param name="time">The clock.</param>
/// <param name="patience">How long the server may be away before it is given up.</param>
/// <param name="hiccup">Told once each time the server goes away, with the reason.</param>
public sealed class RunFollower(GateClient gate, TimeProvider time, TimeSpan patience, Action<string> hiccup)
{
    /// <summary>How long a server may be away unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The run as it is, again and again; the ended run is the last. Between two looks at most <paramref name="look"/> passes
    /// (whole seconds, up to 60), and the end is seen at once.
    /// </summary>
    /// <exception cref="ServerGoneException">The server was away for longer than the patience.</exception>
    /// <exception cref="ApiProblemException">The server refused to tell.</exception>
    public async IAsyncEnumerable<RunView> FollowAsync(
        Guid testId,
        TimeSpan look,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        // The first look does not wait: there is something to show at once.
        var wait = TimeSpan.Zero;
        while (true)
        {
            var asked = time.GetTimestamp();
            var run = await AskAsync(wait, cancellation);
            yield return run;
            if (RunStates.IsEnd(run.Status))
            {
                yield break;
            }
            // A server that does not know the preference answers at once: it must not be asked without a pause.
            if (wait - time.GetElapsedTime(asked) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, time, cancellation);
            }
            wait = look;
        }

        async Task<RunView> AskAsync(TimeSpan longest, CancellationToken cancelled) =>
            await PersistAsync(() => gate.GetRunAsync(testId, longest, cancelled), cancelled);
    }

    /// <summary>Asks again where the server is away for a moment.</summary>
    /// <exception cref="ServerGoneException">It was away for longer than the patience.</exception>
    public async Task<T> PersistAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        var away = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (HttpRequestException failure) when (IsPassing(failure))
            {
                if (time.GetElapsedTime(away) >= patience)
                {
                    throw new ServerGoneException(gate.Server, patience, failure);
                }
                if (attempt == 0)
                {
                    hiccup(failure.Message);
                }
                var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempt) / 2, LongestPause.TotalSeconds));
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    private static bool IsPassing(HttpRequestException failure) =>
        failure is not ApiProblemException refused || refused.Problem.IsPassing;
}

/// <summary>The server was away for longer than anybody would wait.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It has one reason only.")]
public sealed class ServerGoneException(Uri server, TimeSpan patience, Exception last)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{server} gave no answer for {patience.TotalSeconds:0} s. The last word was: {last.Message}"
        ),
        last
    );

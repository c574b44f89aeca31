using PerfGate.Core.Metrics;

namespace PerfGate.Core.Reports;

/// <summary>Whether the machine that made the load could keep up: a tired one measures itself.</summary>
internal static class LoadGeneratorSection
{
    public static Markup Draw(LoadGeneratorStats? stats) =>
        stats is null
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="generator"><h2 id="generator">Load generator</h2>
                <p class="lead">{(
                    stats.TargetIsLocal
                        ? "The target answered from the same machine: the processor below is shared with it."
                        : "The machine that made the load; the target ran elsewhere."
                )}</p>
                <dl class="facts">
                {Share(
                    "Machine CPU, peak",
                    stats.MachineCpuMax,
                    $"{Figures.Percent(stats.MachineCpuAvg)} on average, {stats.Cores} cores"
                )}
                {Share(
                    "Load engine CPU, peak",
                    stats.EngineCpuMax,
                    $"{Figures.Percent(stats.EngineCpuAvg)} on average"
                )}
                {Share("Machine memory, peak", stats.MachineMemoryUsedMax, "of the whole memory")}
                <div class="fact"><dt>Load engine memory</dt><dd>{Figures.Bytes(
                    stats.EngineMemoryMaxBytes
                )}</dd><dd class="note">at most</dd></div>
                </dl>
                </section>
                """
            );

    private static Markup Share(string name, double share, string note) =>
        Markup.Of(
            $"""<div class="fact"><dt>{name}</dt><dd>{(share * 100):0} %{BreakdownSection.Bar(share, 1, share >= 0.85 ? " hot" : "")}</dd><dd class="note">{note}</dd></div>"""
        );
}

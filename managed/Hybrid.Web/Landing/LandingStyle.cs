namespace Hybrid.Web.Landing;

/// <summary>The page's style sheet. It travels inside the page, so that one request shows everything.</summary>
static class LandingStyle
{
    public const string Text = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #f6f7f9; --card: #ffffff;
          --line: #d8dee4; --accent: #0b6e4f; --code: #eef1f4; --notice: #fff6dd; --notice-line: #d4a72c; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ed; --soft: #9aa4af; --paper: #14171b; --card: #1c2026; --line: #313840;
            --accent: #5fd3a8; --code: #262c33; --notice: #2d2714; --notice-line: #8a6d1b; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        main { max-width: 42rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
        header { margin-bottom: 1.5rem; }
        h1 { margin: 0; font-size: 1.9rem; line-height: 1.25; overflow-wrap: anywhere; }
        h2 { margin: 0 0 .5rem; font-size: 1.15rem; }
        p { margin: .5rem 0; }
        .lead { color: var(--soft); }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; margin: 1rem 0; }
        section.notice { background: var(--notice); border-color: var(--notice-line); }
        code { background: var(--code); border-radius: .35rem; padding: .1rem .35rem; overflow-wrap: anywhere;
          font: .92em/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
        pre { background: var(--code); border-radius: .5rem; padding: .75rem 1rem; overflow-x: auto; margin: .5rem 0; }
        pre code { background: none; padding: 0; overflow-wrap: normal; }
        ol { padding-left: 1.4rem; margin: .5rem 0; }
        li { margin: .25rem 0; }
        a { color: var(--accent); }
        a:focus-visible, pre:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        footer { color: var(--soft); font-size: .9rem; }
        """;
}

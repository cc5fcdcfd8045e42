/** What cannot stand in the elements themselves. */
import { css } from './markup.ts';

/** Dark scheme and small screens; of the classes that the elements carry beside their own style. */
export const sheet = css`
  :root {
    color-scheme: light dark;
    supported-color-schemes: light dark;
  }
  @media (prefers-color-scheme: dark) {
    .page,
    .ground {
      background: #0d1117 !important;
    }
    .page,
    .column,
    .headline,
    .name,
    .value {
      color: #e6edf3 !important;
    }
    .card {
      background: #161b22 !important;
      border-left-color: #30363d !important;
      border-right-color: #30363d !important;
      border-bottom-color: #30363d !important;
    }
    .muted,
    .label {
      color: #a3adb8 !important;
    }
    .line {
      border-top-color: #2b323a !important;
    }
    .safe {
      background: #10291a !important;
      border-left-color: #3fb950 !important;
      color: #b9e8c6 !important;
    }
    .unsafe {
      background: #3a1618 !important;
      border-left-color: #f0604d !important;
      color: #ffd0ca !important;
    }
    .command {
      background: #0d1117 !important;
      border-color: #3d444d !important;
      color: #e6edf3 !important;
    }
    .danger {
      color: #ffa198 !important;
    }
    .calm {
      color: #56d364 !important;
    }
  }
  @media (max-width: 480px) {
    .edge {
      padding: 10px 8px !important;
    }
    .card {
      padding: 18px 16px 20px !important;
    }
    .headline {
      font-size: 17.5px !important;
    }
    .label {
      display: block !important;
      width: auto !important;
      padding: 8px 0 0 !important;
    }
    .value {
      display: block !important;
      width: auto !important;
      padding: 0 0 8px !important;
      border-top: 0 !important;
    }
    .foot {
      padding-left: 16px !important;
      padding-right: 16px !important;
    }
  }
`;

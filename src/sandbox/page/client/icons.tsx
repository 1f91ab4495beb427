import type { ComponentChildren } from "preact";

/** Decoration: the name is always beside it in words. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const CloseIcon = () => (
  <Icon>
    <path d="M5 5l10 10M15 5L5 15" />
  </Icon>
);
export const LockIcon = () => (
  <Icon>
    <rect x="4.5" y="9" width="11" height="7.5" rx="1.5" />
    <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
  </Icon>
);
export const HashIcon = () => (
  <Icon>
    <path d="M8 3.5L6.5 16.5M13.5 3.5L12 16.5M3.5 7.5h13M3.5 12.5h13" />
  </Icon>
);
export const HomeIcon = () => (
  <Icon>
    <path d="M3.5 9.5L10 4l6.5 5.5M5.5 8.5v7.5h9V8.5" />
  </Icon>
);
export const MicIcon = () => (
  <Icon>
    <rect x="7.5" y="3" width="5" height="9" rx="2.5" />
    <path d="M4.5 10a5.5 5.5 0 0 0 11 0M10 15.5V18" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M3.5 16.5L17 10 3.5 3.5 5.5 10zM5.5 10H11" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke-width="2.6" />
  </Icon>
);
export const ReplyIcon = () => (
  <Icon>
    <path d="M4 4.5h12v8.5H9.5L6 16v-3H4z" />
  </Icon>
);
export const FileIcon = () => (
  <Icon>
    <path d="M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15" />
  </Icon>
);
export const PhotoIcon = () => (
  <Icon>
    <rect x="3" y="4" width="14" height="12" rx="1.5" />
    <circle cx="7.5" cy="8" r="1.3" />
    <path d="M4 15l4.5-4 3 2.5 2-1.5 3 2.5" />
  </Icon>
);
export const SoundIcon = () => (
  <Icon>
    <path d="M4 8.5v3M7 6v8M10 3.5v13M13 6.5v7M16 8.5v3" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M12.5 4.5L7 10l5.5 5.5" />
  </Icon>
);
export const StageIcon = () => (
  <Icon>
    <path d="M3.5 5.5h9M3.5 10h13M7.5 14.5h9M14.5 5.5h2M3.5 14.5h2" />
  </Icon>
);
export const EyeIcon = () => (
  <Icon>
    <path d="M2.5 10c2-3.5 4.5-5 7.5-5s5.5 1.5 7.5 5c-2 3.5-4.5 5-7.5 5s-5.5-1.5-7.5-5z" />
    <circle cx="10" cy="10" r="2" />
  </Icon>
);
export const ChatIcon = ReplyIcon;
export const ListIcon = () => (
  <Icon>
    <path d="M4 5.5h12M4 10h12M4 14.5h12" />
  </Icon>
);

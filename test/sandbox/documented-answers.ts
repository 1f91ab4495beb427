/**
 * What AKOOL's API reference shows as answers, key by key; the values are made up, of the same kinds. Read in the source
 * of docs.akool.com (github.com/jinjuezhou/mintlify-docs, May 2026); each names its page there.
 */
const ID = "64dd90f9f0b6684651e90d60";
const MP3 = "https://files.example.com/speech.mp3";

/** authentication/usage: the token is at the top level. */
export const TOKEN_ANSWER = { code: 1000, token: "a.b.c" };

/** openapi/faceswap.yaml, "Get Credit". */
export const QUOTA_ANSWER = { code: 1000, msg: "OK", data: { credit: 1000 } };

/** openapi/talking-photo.yaml, "Create By Talking Photo". */
export const CREATE_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    faceswap_quality: 2,
    storage_loc: 1,
    _id: ID,
    create_time: 1692242169057,
    uid: 1,
    type: 5,
    from: 2,
    video_lock_duration: 0.8,
    deduction_lock_duration: 10,
    external_video: "",
    talking_photo: "https://files.example.com/photo.jpeg",
    video: "",
    __v: 0,
    video_status: 1,
    prompt: "Wave.",
    resolution: "720",
  },
};

/** openapi/talking-photo.yaml, "Get Video Info Result". */
export const INFO_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    faceswap_quality: 2,
    storage_loc: 1,
    _id: ID,
    create_time: 1692242625334,
    uid: 1,
    type: 5,
    from: 1,
    video_id: "0acf",
    video_lock_duration: 7.91,
    deduction_lock_duration: 10,
    video_status: 2,
    external_video: "",
    video: "",
  },
};

/** ai-tools-suite/voiceLab, "Create Text to Speech". */
export const SPEAK_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    create_time: 1751350015709,
    uid: 1,
    team_id: ID,
    input_text: "Hello.",
    preview: null,
    status: 1,
    webhookUrl: "",
    duration: 0,
    file_name: "speech.mp3",
    gender: "Male",
    deduction_credit: 1.5,
    name: "speech",
    _id: ID,
    voice_model_id: ID,
    voice_id: "voice",
    voice_options: {
      stability: 0.7,
      similarity_boost: 0.5,
      style: 0.6,
      speed: 0.8,
      speaker_boost: false,
      emotion: "happy",
      volume: 50,
    },
  },
};

/** ai-tools-suite/voiceLab, `voice/resource/detail`, of one that is not done. */
export const SPEECH_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    result: {
      _id: ID,
      create_time: 1753938905005,
      update_time: 0,
      uid: 1,
      team_id: ID,
      input_text: "Hello.",
      rate: "100%",
      status: 1,
      webhookUrl: "",
      duration: 0,
      file_name: "speech.mp3",
      gender: "Male",
      deduction_credit: 0.5,
      name: "speech",
      priority: 2,
      language_code: "pt",
      __v: 0,
      preview: null,
    },
  },
};

/** ai-tools-suite/voiceLab, "Get Voice List". */
export const VOICES_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    result: [
      {
        _id: ID,
        uid: 1,
        team_id: ID,
        voice_id: "voice",
        gender: "Male",
        language: "Polish",
        locale: "pl",
        name: "Marek",
        preview: MP3,
        text: "Hello.",
        duration: 9822,
        status: 3,
        create_time: 1751608916162,
        style: ["Calm"],
        scenario: ["Advertisement"],
        age: ["Middle"],
        deduction_credit: 0,
        webhookUrl: "",
        voice_model_name: "Akool Multilingual 3",
        support_stream: true,
      },
    ],
    count: 9,
    page: 1,
    size: 1,
  },
};

/** ai-tools-suite/audio, "Create TTS", and "Get Audio Info Result", which shows the same. */
export const OLD_SPEAK_ANSWER = {
  code: 1000,
  msg: "OK",
  data: {
    _id: ID,
    create_time: 1710752127995,
    uid: 1,
    from: 3,
    input_text: "Hello.",
    rate: "100%",
    voice_model_id: ID,
    url: MP3,
    status: 3,
    __v: 0,
  },
};

/** ai-tools-suite/audio, "Get Voice List Result". */
export const OLD_VOICES_ANSWER = {
  code: 1000,
  msg: "ok",
  data: [
    {
      _id: ID,
      create_time: 1687181385319,
      uid: 1,
      from: 3,
      voice_id: "voice",
      gender: "Female",
      accent: "american",
      name: "Nicole",
      description: "whisper",
      useCase: "audiobook",
      type: 1,
      preview: MP3,
      __v: 0,
    },
  ],
};

/** ai-tools-suite/face-detection/detect-faces; `landmarks_str` is in the page's newer form. */
export const FACES_ANSWER = {
  error_code: 0,
  error_msg: "SUCCESS",
  faces_obj: {
    "0": {
      landmarks: [[[100, 120]]],
      landmarks_str: ["100,120"],
      region: [[80, 100, 100, 120]],
      removed: [],
      frame_time: null,
    },
  },
};

export const NO_PICTURE_ANSWER = { error_code: 1, error_msg: "Failed to process media", faces_obj: {} };

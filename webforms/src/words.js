// The words that the form shows around the questions. The English ones are those in the library, letter for letter.
const korean = {
  "Send": "보내기",
  "Cancel": "취소",
  " Okay ": " 확인 ",
  " Add ": " 추가 ",
  "Remove": "빼기",
  "Try again": "다시 시도",
  "Change language": "언어 바꾸기",
  "change language": "언어 바꾸기",
  "Condition not satisfied: constraint": "조건에 맞지 않는 답입니다",
  "Condition not satisfied: required": "답이 필요한 질문입니다",
  "1 question with error.": "답을 고쳐야 할 질문이 1개 있습니다.",
  "questions with errors": "답을 고쳐야 할 질문이 # 개 있습니다.",
  "An error occurred while loading this form": "양식을 여는 중에 문제가 생겼습니다",
  "Technical error details": "기술적인 내용",
  "Unknown error": "알 수 없는 오류",
  "Choose image": "사진 고르기",
  "Take picture": "사진 찍기",
  "Captured image preview": "찍은 사진 미리 보기",
  "Rank items": "순서 정하기",
  "Get location": "위치 가져오기",
  "Save location": "위치 저장",
  "Finding your location": "위치를 찾는 중",
  "Cannot access location": "위치를 쓸 수 없습니다",
  "Grant location permission in the browser settings and make sure location is turned on.":
    "브라우저 설정에서 위치 권한을 허용하고 위치 기능이 켜져 있는지 확인하십시오.",
  "Location unavailable. Enable GPS and browser permissions, then restart the form to try again.":
    "위치를 쓸 수 없습니다. GPS와 브라우저 권한을 켠 뒤 양식을 다시 여십시오.",
  " Location will be saved at ": " 다음 정확도에서 위치를 저장합니다: ",
  "Time taken to capture location: ": "위치를 찾는 데 걸린 시간: ",
  " Previous saved location at ": " 앞서 저장한 위치의 정확도: ",
  "Good accuracy": "정확도 좋음",
  "Poor accuracy": "정확도 나쁨",
  "Unknown accuracy": "정확도 알 수 없음",
  " Unable to load map ": " 지도를 열 수 없음 ",
};
const japanese = {
  "Send": "送信する",
  "Cancel": "やめる",
  " Okay ": " OK ",
  " Add ": " 追加 ",
  "Remove": "取り除く",
  "Try again": "もう一度試す",
  "Change language": "言語を変える",
  "change language": "言語を変える",
  "Condition not satisfied: constraint": "条件に合わない回答です",
  "Condition not satisfied: required": "回答が必要な質問です",
  "1 question with error.": "直す必要のある質問が1つあります。",
  "questions with errors": "直す必要のある質問が # つあります。",
  "An error occurred while loading this form": "フォームを開くときに問題が起きました",
  "Technical error details": "技術的な内容",
  "Unknown error": "不明なエラー",
  "Choose image": "画像を選ぶ",
  "Take picture": "写真を撮る",
  "Captured image preview": "撮影した写真のプレビュー",
  "Rank items": "順位を付ける",
  "Get location": "位置を取得する",
  "Save location": "位置を保存する",
  "Finding your location": "位置を探しています",
  "Cannot access location": "位置を使えません",
  "Grant location permission in the browser settings and make sure location is turned on.":
    "ブラウザーの設定で位置の利用を許可し、位置情報がオンになっているか確かめてください。",
  "Location unavailable. Enable GPS and browser permissions, then restart the form to try again.":
    "位置を使えません。GPSとブラウザーの許可をオンにして、フォームを開き直してください。",
  " Location will be saved at ": " 次の精度で位置を保存します: ",
  "Time taken to capture location: ": "位置の取得にかかった時間: ",
  " Previous saved location at ": " 前に保存した位置の精度: ",
  "Good accuracy": "精度は良い",
  "Poor accuracy": "精度は低い",
  "Unknown accuracy": "精度は不明",
  " Unable to load map ": " 地図を開けません ",
};

// What our own script says.
const ours = {
  en: {
    loading: "Opening the form …",
    unloadable: "The form could not be fetched. Check the connection and load the page again.",
    sending: "Sending …",
    sent: "Sent and received.",
    more: "More",
    clear: "Remove the file",
    unsent: "Not sent: there is no connection. Your answers are still here; try again.",
    refused: "Not accepted. Your answers are still here.",
    loggedOut: "Not sent: you are logged out. Log in in another tab, then send again here.",
  },
  ko: {
    loading: "양식을 여는 중 …",
    unloadable: "양식을 가져오지 못했습니다. 연결을 확인하고 화면을 다시 여십시오.",
    sending: "보내는 중 …",
    sent: "보냈고 서버가 받았습니다.",
    more: "더 보기",
    clear: "파일 빼기",
    unsent: "보내지 못했습니다. 연결이 없습니다. 쓴 답은 그대로 있으니 다시 시도하십시오.",
    refused: "서버가 받지 않았습니다. 쓴 답은 그대로 있습니다.",
    loggedOut: "보내지 못했습니다. 로그아웃된 상태입니다. 다른 탭에서 로그인한 뒤 여기서 다시 보내십시오.",
  },
  ja: {
    loading: "フォームを開いています …",
    unloadable: "フォームを取得できませんでした。接続を確かめ、ページを開き直してください。",
    sending: "送信中 …",
    sent: "送信し、受け取られました。",
    more: "その他",
    clear: "ファイルを取り除く",
    unsent: "送信できませんでした。接続がありません。回答は残っています。もう一度試してください。",
    refused: "受け付けられませんでした。回答は残っています。",
    loggedOut: "送信できませんでした。ログアウトしています。別のタブでログインし、ここでもう一度送信してください。",
  },
};

const language = document.documentElement.lang.slice(0, 2);
const library = { ko: korean, ja: japanese }[language] ?? {};

/** The library's English words in the language of the page. */
globalThis.deungdaeWords = (english) => library[english] ?? english;

/** A count of questions that have errors. */
globalThis.deungdaeErrors = (count) => {
  const words = library["questions with errors"];
  return words ? words.replace("#", count) : `${count} questions with errors.`;
};

export const words = ours[language] ?? ours.en;
export { language };
export const translated = Object.keys(korean);

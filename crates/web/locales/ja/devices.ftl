# 任務の電話。

devices-what = 電話は空のフォームを受け取り、記入したフォームを送れます。送られたものを読むことはできません。
devices-empty = 電話がまだありません。収集する人ごとに1台加え、ODK Collectでコードを読み取ってください。
device-add = 電話を加える
device-name = 電話の名前
device-name-hint = なくしたときに分かるように。例：「面談員3」。その人が危険になるおそれがあれば、本名は書かないでください。
device-state = 状態
device-in-use = 使用中
device-not-scanned = まだ未使用
device-revoked = { $day } 失効
device-last-seen = 最後の接続
device-never = なし
device-added = 追加日
device-qr = { $name } の設定
device-how = 電話ですること
device-step-open = Google PlayかF-DroidからODK Collectを入れて開いてください。
device-step-scan = 「QRコードで設定」を選び、カメラをこの図に向けてください。ほかの人には見せないでください。読み取った人は誰でもこの電話として送れます。
device-step-forms = 「新しいフォームを開始」を選んでください。この任務のフォームがあります。記入したものは、つながったときに送られます。
device-by-hand = カメラが使えないとき
device-by-hand-what = Collectで「プロジェクトの詳細を手動で入力」を選び、URLにこのアドレスを入力してください。ユーザー名とパスワードは空のままにします。
device-server = サーバーのアドレス
device-locked = この電話のコードは封印されています。
device-unlock = ロックを解除して表示する
device-lost = 紛失、盗難、または不要になりましたか
device-lost-what = すぐに失効させてください。あとで新しいコードで加え直せます。
device-revoke = この電話を失効させる
device-revoked-what = 失効した電話です。以前に送られたものはそのまま残ります。再び使うには、新しい電話として加えてください。
done-device-added = 電話を加えました。下のコードを読み取らせてください。
done-device-revoked = 電話を失効させました。サーバーはもう受け付けません。

revoke-question = { $name } を失効させますか
revoke-verb = { $name } を失効させる
revoke-refused = サーバーはこの電話をただちに拒みます。フォームの受け取りも送信もできません。
revoke-unsent = まだ送っていない記入済みのフォームは、もう送れません。電話が手元にあれば、先に送ってください。
revoke-kept = すでに送られたものはすべて残ります。

refusal-device-revoked = この電話は失効しています。
    .next = 新しい電話として加え、新しいコードを読み取ってください。

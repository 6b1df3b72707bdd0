# メンバー自身のアカウント。

account-change = 変更
account-on = オン
account-off = オフ
account-language-browser = ブラウザーの設定どおり
account-second-factor = 2段階認証
account-second-factor-set = 設定する
account-second-factor-drop = 解除する
account-recovery = 復旧コード
account-recovery-made = 作成済み
account-recovery-none = なし
account-recovery-make = 復旧コードを作る
account-recovery-again = 復旧コードを作り直す
account-recovery-missing = 復旧コードがありません。パスワードを忘れると鍵が失われます。

profile-title = 氏名と言語
profile-name = 氏名
profile-name-hint = 同僚が知っている名前。あなたが行ったことのそばに表示されます。
profile-language = 言語
profile-submit = 保存
done-profile = 保存しました。

password-title = パスワードを変える
password-what = 鍵は新しいパスワードでロックされ、ほかのすべての場所からログアウトされます。復旧コードはそのまま使えます。
password-old = これまでのパスワード
password-submit = パスワードを変える
done-password = パスワードを変えました。

second-factor-title = 2段階認証
second-factor-what = 2段階認証をオンにすると、パスワードを盗まれただけではログインされません。電話のコードも必要になります。オンにすると、ほかのすべての場所からログアウトされます。
second-factor-how = 設定のしかた
second-factor-step-app = 電話に認証アプリを入れてください。例：Aegis、FreeOTP、Google Authenticator。
second-factor-step-scan = アプリでこの図を読み取るか、下の文字を入力してください。
second-factor-step-code = アプリに今出ている6桁の数字を入力してください。
second-factor-qr = 認証アプリに入れる秘密の値
second-factor-code = アプリのコード
second-factor-code-hint = 6桁の数字。30秒ごとに変わります。
second-factor-submit = 2段階認証をオンにする
second-factor-drop = 2段階認証を解除する
second-factor-drop-question = 2段階認証を解除しますか
second-factor-drop-what = これからはコードを尋ねません。パスキーがなければ、パスワードだけでログインできます。アプリの項目は使えなくなります。
done-second-factor = 2段階認証をオンにしました。次のログインからコードを尋ねます。
done-second-factor-dropped = 2段階認証を解除しました。

recovery-title = 復旧コード
recovery-what = パスワードを失ったときに鍵を開くコードです。一度だけ表示されますので、印刷するか書き留めてください。サーバーは保管しません。
recovery-ready = 紙を用意し、後ろからのぞく人がいないことを確かめてください。
recovery-replaces = 以前に作ったコードがあります。作り直すと、古いコードは使えなくなります。
recovery-later = あとで
recovery-made-title = あなたの復旧コード
recovery-block = { $email } の復旧コード
recovery-block-note = 今しか表示されません。このコードを持ち、メールアドレスを知る人は、あなたが開けるものをすべて開けます。
recovery-next = これからすること
recovery-next-print = このページを印刷するか、コードを書き留めてください。写真に撮ったり送ったりしないでください。
recovery-next-keep = 自宅や事務所が捜索されても、コンピューターと一緒に見つからない場所に置いてください。
recovery-next-use = 使えるのは1回だけです。使ったあとは作り直してください。
recovery-kept = 保管しました

account-authenticator = 2段階認証：認証アプリ
account-passkeys = { $count ->
        [0] なし
       *[other] { $count }個
    }

passkeys-title = パスキー
passkeys-what = パスキーは、電話、コンピューター、セキュリティキーの中にある二つ目の認証手段です。コードを入力する代わりに、タッチ、指紋、PINで確認します。パスワードは鍵を開くために引き続き必要です。一つをなくしてもログインできるように、別々の機器に二つ追加しておいてください。
passkeys-empty = まだパスキーがありません。
passkeys-name = パスキーの名前
passkeys-name-hint = 見分けのつく名前。例：「事務所のノートパソコン」「青いセキュリティキー」。
passkeys-host = 使えるアドレス
passkeys-since = 追加した日
passkeys-add = パスキーを追加
passkeys-bound = このパスキーは { $host } でだけ使えます。サーバーのアドレスが変わると古いパスキーは使えなくなりますので、その前に認証アプリを追加するか、復旧コードを用意してください。
passkeys-ends-logins = 追加すると、ほかのすべての場所からログアウトされます。パスワードを送るプログラムは、認証アプリも設定してそのコードを送らないかぎり、入れなくなります。
passkeys-not-secure = ブラウザーがパスキーを提供するのは、httpsか、このコンピューター自身の上だけです。このサーバーは { $address } で開かれています。onionアドレスではTor Browserがパスキーを無効にしていることがありますので、認証アプリを使ってください。httpsでお越しの場合は、管理者がserver.tomlにアドレスを書く必要があります。
passkeys-number = パスキーは名前に結び付けられますが、このサーバーは番号のアドレス（{ $address }）で開かれています。名前で開くか、認証アプリを使ってください。
passkeys-no-address = ブラウザーは { $address } というアドレスにパスキーを結び付けられません。管理者がserver.tomlに https://monitor.example.org の形で書く必要があります。認証アプリはそのままで使えます。
passkeys-remove = 削除
passkeys-remove-title = パスキーの削除
passkeys-remove-question = パスキー「{ $name }」を削除しますか
passkeys-remove-what = このパスキーではログインできなくなります。機器に残ったものは、機器のほうで消せます。
passkeys-remove-last = ただ一つの二つ目の認証手段です。これからはパスワードだけでログインできます。
done-passkey-added = パスキーを追加しました。次のログインからパスキーを尋ねます。
done-passkey-removed = パスキーを削除しました。

passkey-needs-script = パスキーにはJavaScriptが必要ですが、無効になっています。認証アプリはJavaScriptなしで使えます。
passkey-unable = このブラウザーはここでパスキーを提供していません。別のブラウザーか認証アプリを使ってください。
passkey-there = この機器には、このアカウントのパスキーがすでにあります。
passkey-not-made = パスキーは作られませんでした。取り消されたか、時間がかかりすぎました。ボタンを押してもう一度お試しください。
passkey-not-used = パスキーの応答がありませんでした。取り消されたか、時間がかかりすぎたか、この機器にこのアカウントのパスキーがありません。ボタンを押してもう一度お試しください。

# 구성원 본인의 계정.

account-change = 바꾸기
account-on = 켜짐
account-off = 꺼짐
account-language-browser = 브라우저 설정대로
account-second-factor = 2단계 인증
account-second-factor-set = 설정하기
account-second-factor-drop = 해제하기
account-recovery = 복구 코드
account-recovery-made = 만들었음
account-recovery-none = 없음
account-recovery-make = 복구 코드 만들기
account-recovery-again = 복구 코드 새로 만들기
account-recovery-missing = 복구 코드가 없습니다. 비밀번호를 잊으면 열쇠를 잃게 됩니다.

profile-title = 이름과 언어
profile-name = 이름
profile-name-hint = 동료들이 아는 이름. 하신 일 옆에 표시됩니다.
profile-language = 언어
profile-submit = 저장
done-profile = 저장했습니다.

password-title = 비밀번호 바꾸기
password-what = 열쇠는 새 비밀번호로 잠기고, 다른 모든 곳에서 로그아웃됩니다. 복구 코드는 그대로 쓸 수 있습니다.
password-old = 지금까지의 비밀번호
password-submit = 비밀번호 바꾸기
done-password = 비밀번호를 바꾸었습니다.

second-factor-title = 2단계 인증
second-factor-what = 2단계 인증을 켜면 비밀번호를 훔친 것만으로는 로그인할 수 없고, 휴대전화의 코드도 있어야 합니다.
second-factor-how = 설정하는 방법
second-factor-step-app = 휴대전화에 인증 앱을 설치하십시오. 예: Aegis, FreeOTP, Google Authenticator.
second-factor-step-scan = 앱으로 이 그림을 찍거나 아래 글자를 쓰십시오.
second-factor-step-code = 앱에 지금 보이는 숫자 여섯 자리를 쓰십시오.
second-factor-qr = 인증 앱에 넣을 비밀 값
second-factor-code = 앱의 코드
second-factor-code-hint = 숫자 여섯 자리. 30초마다 바뀝니다.
second-factor-submit = 2단계 인증 켜기
second-factor-drop = 2단계 인증 해제
second-factor-drop-question = 2단계 인증을 해제하시겠습니까?
second-factor-drop-what = 이제부터 비밀번호만으로 로그인됩니다. 앱에 있는 항목은 쓸모가 없어집니다.
done-second-factor = 2단계 인증을 켰습니다. 다음에 로그인할 때 코드를 묻습니다.
done-second-factor-dropped = 2단계 인증을 해제했습니다.

recovery-title = 복구 코드
recovery-what = 비밀번호를 잃었을 때 열쇠를 여는 코드입니다. 한 번만 보이므로 인쇄하거나 적어 두십시오. 서버는 코드를 보관하지 않습니다.
recovery-ready = 종이를 준비하고, 어깨너머로 보는 사람이 없는지 확인하십시오.
recovery-replaces = 전에 만든 코드가 있습니다. 새로 만들면 옛 코드는 쓸 수 없게 됩니다.
recovery-later = 나중에
recovery-made-title = 복구 코드
recovery-block = { $email }의 복구 코드
recovery-block-note = 지금만 보입니다. 이 코드를 가지고 이메일 주소를 아는 사람은 본인이 열 수 있는 모든 것을 열 수 있습니다.
recovery-next = 이제 할 일
recovery-next-print = 이 화면을 인쇄하거나 코드를 적으십시오. 사진을 찍거나 보내지 마십시오.
recovery-next-keep = 집이나 사무실이 수색당해도 컴퓨터와 함께 발견되지 않을 곳에 두십시오.
recovery-next-use = 한 번만 쓸 수 있습니다. 쓴 뒤에는 새로 만드십시오.
recovery-kept = 잘 보관했습니다
